import { type buildConnector, Client } from 'undici';

/** Connections beyond so many are closed when they have nothing to do. */
const KEEP_IDLE = 256;

/** Why we end a connection ourselves. Made once: a stack trace each would cost more than the rest of it. */
const DROPPED = new Error('The connection was dropped.');

/**
 * The connections to one origin, one request at a time on each, opened as they are needed: how many that are is up to
 * the gates. The one used last is used first, so that what a burst has opened falls silent and is closed.
 *
 * undici's own Pool looks through all connections for each request, and a request that is aborted has it open another
 * one, for nothing: each time-out of an endpoint that hangs would be answered with a new connection to it.
 */
export class Connections {
  private readonly idle: Client[] = [];
  private readonly busy = new Set<Client>();
  private isClosed = false;

  constructor(
    private readonly origin: string,
    private readonly connect: buildConnector.connector,
  ) {}

  take(): Client {
    const client = this.idle.pop() ?? this.open();
    this.busy.add(client);
    return client;
  }

  /** @param isFree whether its request has ended by itself: then another may follow. */
  giveBack(client: Client, isFree: boolean): void {
    this.busy.delete(client);
    if (isFree && !this.isClosed && this.idle.length < KEEP_IDLE) this.idle.push(client);
    else drop(client);
  }

  /** What is under way ends in peace. */
  close(): void {
    this.isClosed = true;
    for (const client of this.idle.splice(0)) drop(client);
  }

  destroy(): void {
    this.close();
    for (const client of this.busy) drop(client);
  }

  private open(): Client {
    // The deadline of an attempt replaces undici's own timers.
    return new Client(this.origin, { connect: this.connect, headersTimeout: 0, bodyTimeout: 0 });
  }
}

function drop(client: Client): void {
  client.destroy(DROPPED).catch(() => undefined);
}
