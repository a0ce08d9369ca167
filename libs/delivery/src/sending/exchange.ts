import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { classifyFailure, describeStatus, type Failure, timedOut } from './failure';

/** So much of an answer's body is read before the connection is closed, in bytes. */
const READ_AT_MOST = 16 * 1024;
/** So much of it is kept with the attempt, in bytes. */
const KEEP_AT_MOST = 4 * 1024;

const UPGRADE = new Error('upgrade');

/** What came back. */
export interface Answer {
  failure: Failure | null;
  statusCode: number | null;
  headers: Record<string, string> | null;
  body: string | null;
  truncated: boolean;
}

/**
 * One request and its answer, as undici tells it. Settles exactly once: at the end of the answer, when enough of it
 * was read, when the connection fails, or when `expire` is called at the deadline.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private settled = false;
  private statusCode: number | null = null;
  private headers: IncomingHttpHeaders | null = null;
  private chunks: Buffer[] | null = null;
  private bytes = 0;

  /** @param settle is also told whether the answer has ended by itself; if not, the connection has to be dropped. */
  constructor(private readonly settle: (answer: Answer, ended: boolean) => void) {}

  /** The time is up. A status that has come by now counts; a body that has not ended is cut. */
  expire(): void {
    if (this.statusCode === null) this.finish(timedOut());
    else this.finish(null, 'cut');
  }

  /** undici takes nothing for a handler that hasn't this one. */
  onRequestStart(): void {}

  onRequestUpgrade(controller: Dispatcher.DispatchController): void {
    controller.abort(UPGRADE);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (statusCode < 200) return; // informational: the answer is still to come
    this.statusCode = statusCode;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    if (this.bytes < KEEP_AT_MOST)
      (this.chunks ??= []).push(Buffer.from(chunk.subarray(0, KEEP_AT_MOST - this.bytes)));
    this.bytes += chunk.length;
    if (this.bytes >= READ_AT_MOST) this.finish(null, 'cut');
  }

  onResponseEnd(): void {
    this.finish(null, 'ended');
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    // Once the status is there, it decides; that the rest of the body broke off changes nothing.
    if (this.statusCode !== null) this.finish(null, 'cut');
    else this.finish(classifyFailure(error));
  }

  private finish(failure: Failure | null, answer?: 'ended' | 'cut'): void {
    if (this.settled) return;
    this.settled = true;
    this.settle(
      {
        failure: failure ?? this.failureByStatus(),
        statusCode: this.statusCode,
        headers: this.headers && flatten(this.headers),
        body: this.statusCode === null ? null : this.keptBody(),
        truncated: answer === 'cut' || this.bytes > KEEP_AT_MOST,
      },
      answer === 'ended',
    );
  }

  private failureByStatus(): Failure | null {
    const status = this.statusCode!;
    if (status >= 200 && status <= 299) return null;
    return { outcome: 'HTTP_ERROR', errorCode: `HTTP_${status}`, errorText: describeStatus(status) };
  }

  private keptBody(): string {
    if (!this.chunks) return '';
    // PostgreSQL's text holds no NUL.
    return Buffer.concat(this.chunks).toString('utf8').replaceAll('\0', '\uFFFD');
  }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined)
      flat[name] = (Array.isArray(value) ? value.join(', ') : value).replaceAll('\0', '\uFFFD');
  }
  return flat;
}
