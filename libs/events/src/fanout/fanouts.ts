import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Periodic } from '@app/platform';
import type { NewEvent } from '../event-store';
import { FirstAttempts } from '../first-attempts';
import { FanoutStore } from './fanout-store';

/** Deliveries made in one statement: some tens of milliseconds. */
const CHUNK = 500;
/** A chunk is held back for at most this long while sending can't keep up, in milliseconds. */
const HOLD_BACK_MS = 50;
/** Work that has not moved for this long has no process any more, in milliseconds. */
const ABANDONED_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 1_000;
const ABANDONED_AT_ONCE = 20;
/** Deliveries that one account may have left to be made by this process; then its own publishers wait. */
const MAX_LEFT = 100_000;

interface Fanout {
  event: NewEvent;
  left: number;
}

/**
 * Makes the deliveries of events that go to many webhooks, in chunks after the commit of the event. One chunk is under
 * way at a time, and accounts take turns. What is left is in PostgreSQL: if this process dies, another one goes on.
 */
@Injectable()
export class Fanouts implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Fanout');
  private readonly byAccount = new Map<string, Fanout[]>();
  private readonly known = new Set<string>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private running: Promise<void> | null = null;
  private isStopping = false;
  private readonly look = new Periodic(
    LOOK_EVERY_MS,
    () => this.adopt(),
    (error) => this.logger.warn({ err: error, msg: 'Could not look for abandoned deliveries' }),
  );

  constructor(
    private readonly store: FanoutStore,
    private readonly first: FirstAttempts,
  ) {}

  onApplicationBootstrap(): void {
    this.look.start();
  }

  /** Resolves when the account may have more deliveries to be made. */
  async room(accountId: string): Promise<void> {
    while (!this.isStopping && this.leftOf(accountId) >= MAX_LEFT) {
      await new Promise<void>((resolve) => {
        const waiting = this.waiting.get(accountId);
        if (waiting) waiting.push(resolve);
        else this.waiting.set(accountId, [resolve]);
      });
    }
  }

  /** Begins with the deliveries of an event that has just been committed. */
  start(event: NewEvent, left: number): void {
    if (this.known.has(event.id)) return;
    this.known.add(event.id);
    const ofAccount = this.byAccount.get(event.accountId);
    if (ofAccount) ofAccount.push({ event, left });
    else this.byAccount.set(event.accountId, [{ event, left }]);
    this.running ??= this.run().finally(() => (this.running = null));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const accountId of [...this.waiting.keys()]) this.wake(accountId);
    await this.look.stop();
    await this.running;
  }

  private async adopt(): Promise<void> {
    if (this.isStopping) return;
    const found = await this.store.abandoned(ABANDONED_AFTER_MS, ABANDONED_AT_ONCE);
    for (const { event, left } of found) this.start(event, left);
  }

  private async run(): Promise<void> {
    for (let next = this.next(); next && !this.isStopping; next = this.next()) {
      const left = await this.fanOut(next).catch((error: unknown) => {
        // It is found again when it counts as abandoned.
        this.logger.warn({ err: error, eventId: next?.event.id, msg: 'Deliveries could not be made yet' });
        return 0;
      });
      next.left = left;
      if (left === 0) this.end(next);
      this.wake(next.event.accountId);
    }
  }

  /** The oldest event of the account whose turn it is. */
  private next(): Fanout | null {
    for (const [accountId, fanouts] of this.byAccount) {
      this.byAccount.delete(accountId);
      this.byAccount.set(accountId, fanouts);
      return fanouts[0];
    }
    return null;
  }

  private end({ event }: Fanout): void {
    this.known.delete(event.id);
    const ofAccount = this.byAccount.get(event.accountId);
    ofAccount?.shift();
    if (ofAccount?.length === 0) this.byAccount.delete(event.accountId);
  }

  /** @returns how many deliveries are left for this process to make. */
  private async fanOut({ event }: Fanout): Promise<number> {
    await this.first.ready(HOLD_BACK_MS);
    const custody = this.first.custody([event.accountId]);
    const made = await this.store.fanOut(event.id, CHUNK, custody);
    if (!made) return 0;
    this.first.take(custody.leaseId, [{ event, deliveries: made.deliveries }]);
    return made.left;
  }

  private leftOf(accountId: string): number {
    return this.byAccount.get(accountId)?.reduce((sum, { left }) => sum + left, 0) ?? 0;
  }

  private wake(accountId: string): void {
    const waiting = this.waiting.get(accountId);
    this.waiting.delete(accountId);
    for (const resolve of waiting ?? []) resolve();
  }
}
