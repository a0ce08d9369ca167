import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { eventually } from './eventually';

/** How a receiver answers a request. */
export type Behaviour =
  | {
      kind: 'answer';
      status?: number;
      headers?: Record<string, string>;
      body?: string | Buffer;
      delayMs?: number;
    }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Answers 200 at once, then the body a byte at a time, for ever. */
  | { kind: 'drip'; everyMs?: number }
  /** Answers 200 at once, then a body without an end, as fast as it is taken. */
  | { kind: 'endless' }
  /** Sends the headers of a longer answer, then closes. */
  | { kind: 'close-after-headers'; status?: number }
  /** Closes without an answer. */
  | { kind: 'close' }
  /** Resets the connection (RST). */
  | { kind: 'reset' }
  /** Answers with what isn't HTTP. */
  | { kind: 'malformed'; bytes?: string }
  /** Answers 200 with so many headers of some length. */
  | { kind: 'huge-headers' };

/** The usual behaviours by name. */
export const behaviours = {
  ok: { kind: 'answer', status: 200, body: 'ok' } as Behaviour,
  status: (status: number, headers: Record<string, string> = {}): Behaviour => ({
    kind: 'answer',
    status,
    headers,
  }),
  after: (delayMs: number, status = 200): Behaviour => ({ kind: 'answer', status, delayMs }),
  redirect: (to: string, status = 302): Behaviour => ({ kind: 'answer', status, headers: { location: to } }),
  hang: { kind: 'hang' } as Behaviour,
  drip: { kind: 'drip' } as Behaviour,
  endless: { kind: 'endless' } as Behaviour,
  closeAfterHeaders: { kind: 'close-after-headers' } as Behaviour,
  close: { kind: 'close' } as Behaviour,
  reset: { kind: 'reset' } as Behaviour,
  malformed: { kind: 'malformed' } as Behaviour,
};

/** A request as it arrived. */
export interface ReceivedRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Names and values as they were on the wire, in turns. */
  rawHeaders: string[];
  /** The exact bytes. */
  body: Buffer;
  /** When the headers were there, in milliseconds of the unix clock with fractions. */
  arrivedAt: number;
}

/** A server on loopback that stands for a customer's: it records all and answers as it is told. */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  /** Bytes of bodies that were sent by `endless` and `drip`. */
  bytesSent = 0;
  private usual: Behaviour = behaviours.ok;
  private readonly byPath = new Map<string, Behaviour>();
  private readonly queued: Behaviour[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** Starts one on a free port, or on a given one; with TLS if a key and certificate are given. */
  static async start(
    options: { tls?: { key: string; cert: string }; port?: number; host?: string } = {},
  ): Promise<Receiver> {
    const listener: RequestListener = (request, response) => void receiver.take(request, response);
    const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
    const receiver = new Receiver(server, options.tls ? 'https' : 'http');
    server.keepAliveTimeout = 30_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path = '/hook'): string {
    return `${this.scheme}://127.0.0.1:${this.port}${path}`;
  }

  /** How every request is answered from now on, unless something more exact is told. */
  answer(behaviour: Behaviour): this {
    this.usual = behaviour;
    return this;
  }

  /** How the next requests are answered, one each. */
  next(...some: Behaviour[]): this {
    this.queued.push(...some);
    return this;
  }

  /** How one path (without the query) is answered. */
  at(path: string, behaviour: Behaviour): this {
    this.byPath.set(path, behaviour);
    return this;
  }

  /** The requests to one path, in order. */
  to(path: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.path.split('?')[0] === path);
  }

  /** Waits until so many requests have come (to one path, if given) and returns them. */
  async waitFor(
    count: number,
    { path, withinMs = 10_000 }: { path?: string; withinMs?: number } = {},
  ): Promise<ReceivedRequest[]> {
    return eventually(
      () => {
        const found = path === undefined ? this.requests : this.to(path);
        if (found.length < count)
          throw new Error(`${found.length} of ${count} requests have arrived${path ? ` at ${path}` : ''}`);
        return found;
      },
      { withinMs, everyMs: 5 },
    );
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  forget(): void {
    this.requests.length = 0;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.timeOrigin + performance.now();
    const path = request.url ?? '/';
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The sender went away in the middle: nothing arrived.
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    this.requests.push({
      method: request.method!,
      path,
      headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.concat(chunks),
      arrivedAt,
    });
    const behaviour = this.queued.shift() ?? this.byPath.get(path.split('?')[0]) ?? this.usual;
    response.on('error', () => undefined);
    this.behave(behaviour, response);
  }

  private behave(behaviour: Behaviour, response: ServerResponse): void {
    const socket = response.socket!;
    switch (behaviour.kind) {
      case 'answer': {
        const send = (): unknown =>
          response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body);
        if (behaviour.delayMs) this.later(behaviour.delayMs, send);
        else send();
        return;
      }
      case 'hang':
        return;
      case 'drip':
        response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
        this.every(behaviour.everyMs ?? 1_000, response, () => this.write(response, 'x'));
        return;
      case 'endless':
        response.writeHead(200, { 'content-type': 'text/plain' });
        this.pour(response);
        return;
      case 'close-after-headers':
        response.writeHead(behaviour.status ?? 200, { 'content-length': '1000' }).flushHeaders();
        this.later(20, () => socket.destroy());
        return;
      case 'close':
        socket.destroy();
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'malformed':
        socket.end(behaviour.bytes ?? 'this is not HTTP at all\r\n\r\n');
        return;
      case 'huge-headers':
        for (let i = 0; i < 100; i++) response.setHeader(`x-filler-${i}`, 'x'.repeat(1_000));
        response.writeHead(200).end('ok');
    }
  }

  private pour(response: ServerResponse): void {
    const chunk = 'x'.repeat(16 * 1024);
    while (!response.destroyed && this.write(response, chunk));
    if (!response.destroyed) response.once('drain', () => this.pour(response));
  }

  private write(response: ServerResponse, text: string): boolean {
    this.bytesSent += text.length;
    return response.write(text);
  }

  private later(ms: number, work: () => unknown): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }

  private every(ms: number, response: ServerResponse, work: () => unknown): void {
    const timer = setInterval(work, ms);
    this.timers.add(timer);
    response.once('close', () => {
      clearInterval(timer);
      this.timers.delete(timer);
    });
  }
}
