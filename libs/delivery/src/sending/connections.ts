import type { DeadlineWheel } from './deadline-wheel';
import { HttpConnection, type OpenSocket } from './http-connection';

/** How long connections to an origin are kept without a request. */
export interface KeepAliveTimes {
  /** The one that was used last, in milliseconds. Short, because another process may wait for it: see `Connections`. */
  lastMs: number;
  /** Every other one, in milliseconds: what a burst has opened. */
  spareMs: number;
  /** A new connection that gets no response for this long may be waiting for another one of ours to close, in milliseconds. */
  starvedAfterMs: number;
  /** For a starved one, another one is closed at most this often, in milliseconds. */
  closeEveryMs: number;
}

export const KEEP_ALIVE_TIMES: KeepAliveTimes = {
  lastMs: 2_000,
  spareMs: 500,
  starvedAfterMs: 150,
  closeEveryMs: 50,
};

/** We close this long before a server's own limit, in milliseconds: its FIN could cross with a request. */
const KEEP_ALIVE_MARGIN_MS = 1_000;
/** A response is late if it takes this many times as long as usual. */
const LATE_FACTOR = 4;

/**
 * The connections to one origin, one request at a time on each, opened as they are needed: how many that are is up to
 * the engine. The one used last is used first, so that what a burst has opened falls silent and is closed.
 *
 * A server with a single thread (Python's `HTTPServer`, for one) reads one connection until that is closed, and lets
 * all others wait. So while a new connection waits unusually long for its first response, idle ones are closed, and
 * now and then one that has just completed a request: otherwise requests would time out behind a connection that has
 * nothing to do, or that takes all the turns.
 */
export class Connections {
  private readonly idle: HttpConnection[] = [];
  private readonly busy = new Set<HttpConnection>();
  /** Connections of `busy` on which nothing has been received yet, the oldest first. */
  private readonly unanswered = new Set<HttpConnection>();
  /** The usual time to a response on a connection that the server reads, in milliseconds. */
  private usualMs = 0;
  private mayCloseAt = 0;
  private reaping = false;
  private isClosed = false;

  constructor(
    private readonly open: OpenSocket,
    private readonly deadlines: DeadlineWheel,
    private readonly times: KeepAliveTimes,
  ) {}

  take(): HttpConnection {
    let connection = this.idle.pop();
    if (!connection) {
      connection = new HttpConnection(this.open, (one) => this.forget(one));
      this.unanswered.add(connection);
    }
    this.busy.add(connection);
    return connection;
  }

  /**
   * A response has begun to arrive.
   * @param afterMs since its request was handed to the connection.
   */
  noteAnswered(connection: HttpConnection, afterMs: number): void {
    // The first response of a connection may have waited for the server to accept it.
    if (!this.unanswered.delete(connection)) this.usualMs += (afterMs - this.usualMs) / 8;
  }

  /** The request of a connection has ended, well or not. */
  giveBack(connection: HttpConnection): void {
    this.busy.delete(connection);
    this.unanswered.delete(connection);
    if (this.isClosed || !connection.isReusable || this.makesWay()) return connection.destroy();
    connection.idleSince = performance.now();
    this.idle.push(connection);
    this.reapLater();
  }

  /** Closes what is idle; requests under way are completed. */
  close(): void {
    this.isClosed = true;
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  destroy(): void {
    this.close();
    for (const connection of this.busy) connection.destroy();
  }

  private get isOneStarved(): boolean {
    for (const { connectedAt } of this.unanswered) {
      if (connectedAt === null) continue;
      const waitsMs = performance.now() - connectedAt;
      return waitsMs > Math.max(this.times.starvedAfterMs, LATE_FACTOR * this.usualMs);
    }
    return false;
  }

  /** Whether a connection that could carry another request is closed for the sake of a starved one. */
  private makesWay(): boolean {
    if (this.unanswered.size === 0 || !this.isOneStarved) return false;
    const now = performance.now();
    if (now < this.mayCloseAt) return false;
    this.mayCloseAt = now + this.times.closeEveryMs;
    return true;
  }

  private forget(connection: HttpConnection): void {
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
  }

  private reapLater(): void {
    if (this.reaping) return;
    this.reaping = true;
    this.deadlines.add(this.times.starvedAfterMs, () => this.reap());
  }

  private reap(): void {
    this.reaping = false;
    const now = performance.now();
    const areUnwanted = this.isOneStarved;
    const kept = this.idle.filter((connection, i) => {
      const limit = areUnwanted ? 0 : this.keepsMs(connection, i === this.idle.length - 1);
      if (now - connection.idleSince < limit) return true;
      connection.destroy();
      return false;
    });
    this.idle.splice(0, this.idle.length, ...kept);
    if (this.idle.length > 0) this.reapLater();
  }

  private keepsMs({ keepAliveMs }: HttpConnection, isLast: boolean): number {
    const ours = isLast ? this.times.lastMs : this.times.spareMs;
    return keepAliveMs === null ? ours : Math.min(ours, Math.max(0, keepAliveMs - KEEP_ALIVE_MARGIN_MS));
  }
}
