import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message that a fake has accepted, or an answer that it gave. */
export interface FakeResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface FakeRequest {
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Milliseconds of a clock that only goes forward. */
  at: number;
}

/** An HTTP server on loopback with the rules of one chat service. Its answers are counted by status. */
export abstract class ChatServer {
  readonly accepted: FakeRequest[] = [];
  readonly answers = new Map<number, number>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://fake');
        const taken: FakeRequest = {
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          at: performance.now(),
        };
        const { status, headers, body } = this.answer(taken);
        if (status < 300) this.accepted.push(taken);
        this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
        response.writeHead(status, headers).end(body);
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  protected abstract answer(request: FakeRequest): FakeResponse;
}

/** What a body must be, checked by hand as the services do; the first violation, or null. */
export function atMost(what: string, value: unknown, max: number): string | null {
  return typeof value === 'string' && value.length > max ? `${what} has more than ${max} characters` : null;
}
