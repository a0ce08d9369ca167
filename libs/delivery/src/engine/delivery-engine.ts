import { BeforeApplicationShutdown, Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { type CommittedEvent, type Custody, FirstAttempts } from '@app/events';
import { uuidv7 } from '@app/platform';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { DeliverySender } from '../sending/delivery-sender';
import { EventContent } from './event-content';
import type { Gate, GateWork } from './gate';
import { Gates } from './gates';
import { Hand } from './hand';
import { HeldRetries, type HeldRetriesWork } from './held-retries';
import type { InHand, Lease } from './in-hand';
import { Membership } from './membership';
import { Parking } from './parking';
import { Settlement } from './settlement';
import { Slots, type Standing } from './slots';
import { notSent, refusal } from './verdict';

/** So many deliveries wait for nothing but this process: then publishers have to wait, a little. */
const BUSY_AT = 1_000;
const BUSY_CHECK_MS = 2;
/** A graceful stop waits so long for what is in flight, in milliseconds: an attempt's 10 s, and its record. */
const STOP_WITHIN_MS = 11_000;

/**
 * Sends deliveries and records what came of it. The way of one delivery, top to bottom:
 *
 * 1. `take`: its event was committed a moment ago. Or `admit`: it was claimed for a retry, or from the parked.
 * 2. Its webhook's `Gate` holds it until the webhook may be sent to, and calls `start`.
 * 3. `attempt`: the sender makes the attempt; `Settlement` decides what follows and commits both.
 * 4. A retry that is seconds away waits in hand (`HeldRetries`), then goes on with 2. One that is minutes away becomes
 *    a delayed job; a later one is found by the sweeper.
 *
 * All the while a lease in PostgreSQL says that it is in this process's hand. If the process dies, another takes it over.
 */
@Injectable()
export class DeliveryEngine
  extends FirstAttempts
  implements GateWork, HeldRetriesWork, OnModuleDestroy, BeforeApplicationShutdown
{
  readonly slots = new Slots();
  private readonly logger = new Logger('Delivery');
  private readonly attempting = new Set<Promise<void>>();
  private isStopping = false;

  constructor(
    private readonly gates: Gates,
    private readonly hand: Hand,
    private readonly parking: Parking,
    private readonly sender: DeliverySender,
    private readonly settlement: Settlement,
    private readonly held: HeldRetries,
    private readonly membership: Membership,
  ) {
    super();
    gates.servedBy(this);
    held.servedBy(this);
  }

  /** Whether more may be claimed. */
  get hasRoom(): boolean {
    return !this.hand.isFull && !this.isStopping;
  }

  /** Asked right before a group of events is committed. */
  custody(accountIds: Iterable<string>): Custody {
    return {
      dispatcherId: this.membership.dispatcherId,
      leaseId: uuidv7(),
      withoutRoom: this.hand.isFull || this.isStopping ? 'all' : this.gates.withoutRoom(accountIds),
    };
  }

  /** While this process can't keep up, a group waits a few milliseconds for it: so publishers feel it, and slow down. */
  async ready(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.gates.waitingForUs > BUSY_AT && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_CHECK_MS));
    }
  }

  /** Told right after a group of events was committed: their deliveries are in hand, or parked. */
  take(leaseId: string, events: CommittedEvent[]): void {
    const lease: Lease = { id: leaseId, open: 0 };
    const deliveries: InHand[] = [];
    for (const { event, deliveries: made } of events) {
      const content = new EventContent(event.id, event.type, event.occurredAt, false, event.data);
      for (const { id, webhookId, format, parked } of made) {
        if (parked) {
          this.gates.noteParked(this.gates.of(webhookId, event.accountId));
          continue;
        }
        lease.open += 1;
        deliveries.push({
          id, accountId: event.accountId, webhookId, format, event: content, trigger: 'event', number: 1, position: 1, lease,
        }); // prettier-ignore
      }
    }
    this.admit(deliveries);
  }

  /** Deliveries that were claimed, or have waited; each goes to its webhook's gate. */
  admit(deliveries: readonly InHand[]): void {
    for (const delivery of deliveries) this.hand.take(delivery);
    if (this.isStopping) return this.giveUp(deliveries);
    for (const delivery of deliveries) {
      const gate = this.gates.of(delivery.webhookId, delivery.accountId);
      if (this.hand.isCrowdedFor(gate.standing) || !gate.offer(delivery)) this.park([delivery], gate);
    }
  }

  /** Makes an attempt at once, past the gate: a person asked for it. Resolves when it is recorded. */
  attemptNow(delivery: InHand): Promise<void> {
    this.hand.take(delivery);
    return this.track(this.attemptPastGate(delivery));
  }

  start(delivery: InHand, gate: Gate, standing: Standing): void {
    void this.track(this.attempt(delivery, gate, standing));
  }

  park(deliveries: readonly InHand[], gate: Gate): void {
    if (this.isStopping) return this.giveUp(deliveries);
    this.parking.park(deliveries).then(
      () => this.gates.noteParked(gate),
      (error: unknown) =>
        this.logger.error({ err: error, msg: 'Deliveries could not be parked; they will be taken over' }),
    );
  }

  async fetchParked(gate: Gate, count: number): Promise<InHand[]> {
    if (!this.hasRoom || this.hand.isCrowdedFor(gate.standing) || !this.membership.hasFreshHeartbeat)
      return [];
    const deliveries = await this.parking.fetch(gate.webhookId, count);
    for (const delivery of deliveries) this.hand.take(delivery);
    if (!this.isStopping) return deliveries;
    this.giveUp(deliveries);
    return [];
  }

  /** Ends what is in flight, hands back what is not. */
  onModuleDestroy(): void {
    this.isStopping = true;
    for (const gate of this.gates.all()) this.giveUp(gate.empty());
    this.giveUp(this.held.stop());
  }

  async beforeApplicationShutdown(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
    await Promise.race([late, this.settleAll()]);
  }

  private async settleAll(): Promise<void> {
    while (this.attempting.size > 0) await Promise.allSettled(this.attempting);
    await this.settlement.drained();
    // What came back from a held retry meanwhile is being handed back.
    await this.parking.drained();
  }

  private track(attempt: Promise<void>): Promise<void> {
    const tracked = attempt.finally(() => this.attempting.delete(tracked));
    this.attempting.add(tracked);
    return tracked;
  }

  private async attemptPastGate(delivery: InHand): Promise<void> {
    try {
      const target = await this.gates.settingsOf(delivery.webhookId);
      const result = await this.send(delivery, target);
      await this.settlement.settle(delivery, target, result, false);
      this.hand.drop(delivery);
    } catch (error) {
      // The wish stands in PostgreSQL still, and is taken again.
      this.hand.forsake(delivery);
      throw error;
    }
  }

  private async attempt(delivery: InHand, gate: Gate, standing: Standing): Promise<void> {
    const target = gate.settings ?? null;
    // Another dispatcher may think us dead by now, and have taken it over: then it is not ours to send.
    if (!this.membership.hasFreshHeartbeat) {
      gate.finished(standing, notSent(target, 'The dispatcher had lost touch with the others.', Date.now()));
      return this.giveUp([delivery]);
    }
    // The endpoint is free for its next request as soon as it has answered; the body of its response may follow.
    let isReleased = false;
    const release = (result: AttemptResult): void => {
      if (!isReleased) gate.finished(standing, result);
      isReleased = true;
    };
    const result = await this.send(delivery, target, release);
    release(result);
    try {
      // Those of an endpoint that keeps us waiting would crowd the hand.
      await this.settlement.settle(delivery, target, result, gate.standing === 'proven');
      this.hand.drop(delivery);
    } catch (error) {
      this.hand.forsake(delivery);
      this.logger.error({
        err: error,
        deliveryId: delivery.id,
        msg: 'An attempt could not be recorded; its delivery will be taken over',
      });
    }
  }

  /** Never rejects: an event that trips us up must not take the process, and all that it has in hand, with it. */
  private async send(
    delivery: InHand,
    target: WebhookTarget | null,
    onDecided?: (result: AttemptResult) => void,
  ): Promise<AttemptResult> {
    try {
      const refused = refusal(target, delivery);
      const mayBeSent = refused === null && target;
      const result = mayBeSent ? await this.sender.send(delivery, target, onDecided) : null;
      return result ?? notSent(target, refused ?? 'There is nothing to send.', Date.now());
    } catch (error) {
      this.logger.error({ err: error, deliveryId: delivery.id, msg: 'An attempt could not be made' });
      return notSent(target, 'The attempt could not be made, by a fault of ours; it is logged.', Date.now());
    }
  }

  private giveUp(deliveries: readonly InHand[]): void {
    if (deliveries.length === 0) return;
    this.parking.handBack(deliveries).catch((error: unknown) =>
      this.logger.error({
        err: error,
        msg: 'Deliveries could not be handed back; they will be taken over',
      }),
    );
  }
}
