import type { Socket } from 'node:net';
import { ResponseParser } from './response-parser';

/** What a connection reports of its request: the head, pieces of the body, then exactly one of the last two. */
export interface ExchangeEvents {
  onHead(statusCode: number, headers: Record<string, string>): void;
  onBody(piece: Buffer): void;
  /** @param isComplete whether the body arrived as a whole. */
  onEnd(isComplete: boolean): void;
  onError(error: Error): void;
}

/** One request, as it is written. */
export interface HttpRequest {
  method: string;
  /** Request line and headers, with the empty line that ends them. */
  head: string;
  body: Buffer;
}

/** What a connection is waiting for. */
export type Stage = 'LOOKUP' | 'CONNECT' | 'TLS' | 'RESPONSE';

/** Hears how the opening of a socket goes. */
export interface OpeningEvents {
  onStage(stage: Stage): void;
  onOpen(socket: Socket): void;
  onError(error: Error): void;
}

/** Opens a socket. @returns a function that gives up on it; no event follows then. */
export type OpenSocket = (events: OpeningEvents) => () => void;

/** The server closed the connection although a response was expected. */
export class ConnectionClosedError extends Error {
  readonly code = 'CONNECTION_CLOSED';

  constructor() {
    super('The connection was closed before a response arrived.');
  }
}

/** One HTTP/1.1 connection: a single request at a time, written once the socket is there. */
export class HttpConnection {
  /** When its TCP connection was there, in monotonic milliseconds; null before. */
  connectedAt: number | null = null;
  stage: Stage = 'LOOKUP';
  /** When it became idle, in monotonic milliseconds. */
  idleSince = 0;
  private socket: Socket | null = null;
  private parser: ResponseParser | null = null;
  private exchange: ExchangeEvents | null = null;
  private request: HttpRequest | null = null;
  private readonly abandonOpening: () => void;
  private isDestroyed = false;

  /** @param onIdleClose called when the server closes the connection while it has no request. */
  constructor(
    open: OpenSocket,
    private readonly onIdleClose: (connection: HttpConnection) => void,
  ) {
    this.abandonOpening = open({
      onStage: (stage) => this.reached(stage),
      onOpen: (socket) => this.opened(socket),
      onError: (error) => this.fail(error),
    });
  }

  /** How long the server keeps it open without a request, as it says; null if it doesn't. In milliseconds. */
  get keepAliveMs(): number | null {
    return this.parser?.keepAliveMs ?? null;
  }

  /** Whether it can carry another request. */
  get isReusable(): boolean {
    return (
      !this.isDestroyed &&
      this.exchange === null &&
      this.parser?.keepsAlive === true &&
      this.socket?.writableLength === 0
    );
  }

  send(request: HttpRequest, exchange: ExchangeEvents): void {
    this.exchange = exchange;
    this.request = request;
    this.parser = new ResponseParser(
      {
        onHead: (statusCode, headers) => this.exchange?.onHead(statusCode, headers),
        onBody: (piece) => this.exchange?.onBody(piece),
      },
      request.method,
    );
    if (this.socket) this.write(this.socket);
  }

  /** Closes it at once. Its exchange, if there is one, hears nothing more. */
  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.exchange = null;
    this.request = null;
    if (this.socket) this.socket.destroy();
    else this.abandonOpening();
  }

  private reached(stage: Stage): void {
    this.stage = stage;
    if (stage === 'TLS' || stage === 'RESPONSE') this.connectedAt = performance.now();
  }

  private opened(socket: Socket): void {
    this.socket = socket;
    this.stage = 'RESPONSE';
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('error', (failure) => this.fail(failure));
    // `close` without `end` follows an error, which was reported already.
    socket.on('end', () => this.closed());
    socket.on('close', () => this.closed());
    if (this.request) this.write(socket);
  }

  private write(socket: Socket): void {
    const { head, body } = this.request!;
    this.request = null;
    socket.cork();
    socket.write(head, 'latin1');
    if (body.length > 0) socket.write(body);
    socket.uncork();
  }

  private received(chunk: Buffer): void {
    const { exchange, parser } = this;
    // A server that speaks without being asked is about to close: what it says belongs to no request.
    if (!exchange || !parser) return this.closed();
    try {
      parser.feed(chunk);
    } catch (error) {
      return this.fail(error as Error);
    }
    if (parser.isDone && this.exchange === exchange) this.end(true);
  }

  private closed(): void {
    if (this.isDestroyed) return;
    if (!this.exchange) {
      this.destroy();
      return this.onIdleClose(this);
    }
    const isComplete = this.parser!.close();
    if (this.parser!.hasHead) this.end(isComplete);
    else this.fail(new ConnectionClosedError());
  }

  private end(isComplete: boolean): void {
    const exchange = this.exchange;
    this.exchange = null;
    exchange?.onEnd(isComplete);
  }

  private fail(error: Error): void {
    if (this.isDestroyed) return;
    const exchange = this.exchange;
    this.destroy();
    if (exchange) exchange.onError(error);
    else this.onIdleClose(this);
  }
}
