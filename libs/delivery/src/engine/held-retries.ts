import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '@app/platform';
import { type Deadline, DeadlineWheel } from '../sending/deadline-wheel';
import { DeliveryStore } from '../store/delivery-store';
import { untilWritten } from '../store/until-written';
import { Hand } from './hand';
import type { InHand } from './in-hand';

/** The first three waits of a policy, 1, 2 and 4 s, are held; longer ones are PostgreSQL's. In milliseconds. */
const LONGEST_WAIT_MS = 5_000;

/** Where deliveries go on when their wait is over. */
export interface HeldRetriesWork {
  /** Takes deliveries in hand; each goes to its webhook's gate. */
  admit(deliveries: readonly InHand[]): void;
}

/**
 * Retries that are seconds away wait here, in hand, with the body that was sent before. Making them due and claiming
 * them would change every index of their row twice and read the call record anew (docs/decisions/0012). Their lease
 * stands in PostgreSQL meanwhile, and `retry_at`: whoever takes them over makes them at that time.
 */
@Injectable()
export class HeldRetries {
  private readonly logger = new Logger('HeldRetries');
  private readonly wheel = new DeadlineWheel(LONGEST_WAIT_MS);
  private readonly waiting = new Map<InHand, Deadline>();
  private readonly draws = new GroupCommit<InHand>((waited) => this.draw(waited), {
    lingerMs: 2,
    maxItems: 500,
    concurrency: 2,
  });
  private work!: HeldRetriesWork;
  private isStopped = false;

  constructor(
    private readonly store: DeliveryStore,
    private readonly hand: Hand,
  ) {}

  /** Who goes on with them. Said once, before anything is held. */
  servedBy(work: HeldRetriesWork): void {
    this.work = work;
  }

  hasRoomFor(waitMs: number): boolean {
    return waitMs <= LONGEST_WAIT_MS && this.hand.hasRoomToHold && !this.isStopped;
  }

  /** @param delivery under the lease that the record of its last attempt has made. */
  hold(delivery: InHand, waitMs: number): void {
    if (this.isStopped) return this.work.admit([delivery]);
    this.hand.take(delivery);
    this.waiting.set(
      delivery,
      this.wheel.add(waitMs, () => this.waitIsOver(delivery)),
    );
  }

  /** Holds nothing from now on. @returns what it held. */
  stop(): InHand[] {
    this.isStopped = true;
    const held = [...this.waiting.keys()];
    for (const deadline of this.waiting.values()) this.wheel.cancel(deadline);
    this.waiting.clear();
    return held;
  }

  async drained(): Promise<void> {
    await this.draws.drained();
  }

  private waitIsOver(delivery: InHand): void {
    this.waiting.delete(delivery);
    this.draws.add(delivery).catch((error: unknown) => {
      this.logger.error({
        err: error,
        deliveryId: delivery.id,
        msg: 'A retry could not be begun; it will be taken over',
      });
      this.hand.forsake(delivery);
    });
  }

  private async draw(waited: InHand[]): Promise<void[]> {
    const drawn = await untilWritten(() => this.store.draw(waited), this.logger);
    const ours = new Set(drawn.map(({ id }) => id));
    const gone = waited.filter(({ id }) => !ours.has(id));
    this.hand.committed(gone, []);
    for (const delivery of waited) this.hand.drop(delivery);
    this.work.admit(drawn);
    return waited.map(() => undefined);
  }
}
