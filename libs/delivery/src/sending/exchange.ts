import type { ExchangeEvents, Stage } from './http-connection';
import { classifyFailure, describeStatus, type Failure, timedOut } from './failure';

/** The body is read up to here before the connection is closed, in bytes. */
const READ_AT_MOST = 16 * 1024;

/** What decides an attempt: a status, or why there is none. */
export interface Decision {
  failure: Failure | null;
  statusCode: number | null;
  headers: Record<string, string> | null;
}

/** The part of a response's body that was read. */
export interface RawBody {
  bytes: Buffer;
  /** Whether it has ended, so that this is all of it. */
  isComplete: boolean;
}

/** What follows the two moments of an exchange. */
export interface ExchangeSteps {
  /** The status has arrived, or nothing will. */
  decided(decision: Decision): void;
  /** The body was read as far as it will be; null if there is no response. The connection is not needed any more. */
  ended(body: RawBody | null): void;
}

/**
 * One request and its response. `decided` is called once, by the head of the response, an error, or the deadline; then
 * `ended` once, when the body has ended, was read far enough, broke off, or is cut by `expire`.
 */
export class Exchange implements ExchangeEvents {
  private isDecided = false;
  private isOver = false;
  private pieces: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly steps: ExchangeSteps) {}

  /** The time is up: for a status, or, when it is there, for the body. */
  expire(stage: Stage): void {
    if (this.isDecided) this.end(false);
    else this.failWith(timedOut(stage));
  }

  onHead(statusCode: number, headers: Record<string, string>): void {
    if (this.isDecided) return;
    this.isDecided = true;
    const isSuccess = statusCode >= 200 && statusCode <= 299;
    const failure: Failure | null = isSuccess
      ? null
      : { outcome: 'HTTP_ERROR', errorCode: `HTTP_${statusCode}`, errorText: describeStatus(statusCode) };
    this.steps.decided({ failure, statusCode, headers });
  }

  onBody(piece: Buffer): void {
    if (this.isOver) return;
    // A copy: a piece may be a part of a buffer that is much larger.
    this.pieces.push(Buffer.from(piece.subarray(0, READ_AT_MOST - this.bytes)));
    this.bytes += piece.length;
    if (this.bytes >= READ_AT_MOST) this.end(false);
  }

  onEnd(isComplete: boolean): void {
    this.end(isComplete);
  }

  onError(error: Error): void {
    // The status has decided; that the rest of the body broke off changes nothing.
    if (this.isDecided) this.end(false);
    else this.failWith(classifyFailure(error));
  }

  private failWith(failure: Failure): void {
    this.isDecided = true;
    this.steps.decided({ failure, statusCode: null, headers: null });
    this.isOver = true;
    this.steps.ended(null);
  }

  private end(isComplete: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    const bytes = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    this.steps.ended({ bytes, isComplete });
  }
}
