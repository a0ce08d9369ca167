import { BeforeApplicationShutdown, Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { type CommittedEvent, type Custody, FirstAttempts } from '@app/events';
import { uuidv7 } from '@app/platform';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { EventContent } from '../claims/event-content';
import { Lease } from '../claims/lease';
import { DeliverySender } from '../sending/delivery-sender';
import { AttemptRecorder } from './attempt-recorder';
import { notSent } from '../sending/not-sent';
import { decide, refusal } from './decision';
import { DeliveryClaims, type DueRetries } from './delivery-claims';
import type { EndpointQueue, Start } from './endpoint-queue';
import { EndpointQueues } from './endpoint-queues';
import { EndpointStates } from './endpoint-states';
import { UNRESPONSIVE_EVERY_MS } from './sending-slots';

/** While this many deliveries wait for nothing but this process, publishers have to wait a little. */
const BUSY_AT = 1_000;
const BUSY_CHECK_MS = 2;
/** A graceful stop waits this long for attempts in flight, in milliseconds: an attempt's 10 s, and its record. */
const STOP_WITHIN_MS = 11_000;

/** A webhook whose endpoint wants nothing more is not sent to while that is written, in milliseconds. */
const DISABLED_WITHIN_MS = 2_000;

/**
 * Sends deliveries and records the outcome. The path of one delivery, top to bottom:
 *
 * 1. `admit`: its event was committed a moment ago, its retry is due, or it was parked. It goes to its endpoint's queue.
 * 2. `pump`: the queue says what may start now, what has to be parked, and what to fetch.
 * 3. `deliver`: `send` makes the attempt, `decide` says what follows, and the recorder commits both. A retry waits in
 *    PostgreSQL, and a job of Bull comes back with it to 1.
 *
 * All the while, a lease in PostgreSQL says that it is claimed by this process. If the process dies, another takes over.
 */
@Injectable()
export class DeliveryEngine extends FirstAttempts implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger('Delivery');
  private readonly attempting = new Set<Promise<void>>();
  private readonly wakeUps = new Map<EndpointQueue, { at: number; timer: NodeJS.Timeout }>();
  private readonly ticks: NodeJS.Timeout;
  private isStopping = false;

  constructor(
    private readonly queues: EndpointQueues,
    private readonly claims: DeliveryClaims,
    private readonly sender: DeliverySender,
    private readonly recorder: AttemptRecorder,
    private readonly states: EndpointStates,
  ) {
    super();
    this.ticks = setInterval(() => this.pumpWaiting('unresponsive'), UNRESPONSIVE_EVERY_MS).unref();
  }

  // --- Admit ---

  /** Asked right before a group of events is committed: who claims its deliveries, and which are to be stored parked. */
  custody(accountIds: Iterable<string>): Custody {
    return {
      dispatcherId: this.claims.dispatcherId,
      leaseId: uuidv7(),
      withoutRoom: this.claims.isFull || this.isStopping ? 'all' : this.queues.withoutCapacity(accountIds),
    };
  }

  /** While this process can't keep up, a group waits a few milliseconds for it: publishers feel it, and slow down. */
  async ready(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.queues.waitingForUs > BUSY_AT && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_CHECK_MS));
    }
  }

  /** Called right after a group of events was committed: their deliveries are claimed, or parked. */
  take(leaseId: string, events: CommittedEvent[]): void {
    const lease = new Lease(leaseId);
    const claimed: ClaimedDelivery[] = [];
    for (const { event, deliveries } of events) {
      const content = new EventContent(event.id, event.type, event.occurredAt, false, event.data);
      for (const { id, webhookId, format, parked } of deliveries) {
        if (parked) this.noteParked(this.queueOf(webhookId, event.accountId));
        else
          claimed.push({
            id, accountId: event.accountId, webhookId, format, event: content, trigger: 'event', number: 1, position: 1, holds: 0, lease,
          }); // prettier-ignore
      }
    }
    for (const delivery of claimed) this.claims.add(delivery);
    this.admit(claimed);
  }

  /** Claims retries that are due and continues with them. @returns how many. */
  async runRetries(due: DueRetries): Promise<number> {
    const hasCapacity = (webhookId: string): boolean => this.queues.get(webhookId)?.hasCapacity ?? true;
    for (let count = 0; ;) {
      const next = this.isStopping ? null : await this.claims.nextRetries(due, hasCapacity);
      if (next === null) return count;
      count += next.ready.length + next.full.length;
      for (const delivery of next.full)
        this.park(this.queueOf(delivery.webhookId, delivery.accountId), [delivery]);
      this.admit(next.ready);
    }
  }

  /** Makes an attempt at once, past the queue: a person requested it. Resolves when it is recorded. */
  attemptNow(delivery: ClaimedDelivery): Promise<void> {
    this.claims.add(delivery);
    return this.track(this.deliverNow(delivery));
  }

  private admit(deliveries: readonly ClaimedDelivery[]): void {
    if (this.isStopping) return this.handBack(deliveries);
    for (const delivery of deliveries) {
      const queue = this.queueOf(delivery.webhookId, delivery.accountId);
      if (this.claims.isCrowdedFor(queue.trust) || !queue.offer(delivery)) this.park(queue, [delivery]);
      else this.pump(queue);
    }
  }

  // --- Queues ---

  /** Does what a queue asks for. To be called after each change of it. */
  pump(queue: EndpointQueue): void {
    queue.wakeAt = null;
    for (let start = queue.next(); start; start = queue.next()) void this.track(this.deliver(start, queue));
    this.park(queue, queue.takeOverflow());
    const wanted = queue.startFetch();
    if (wanted > 0) void this.fetch(queue, wanted);
    this.queues.noteState(queue);
    this.wakeLater(queue);
  }

  /** Other deliveries of this endpoint wait in PostgreSQL. The dispatcher that may start them has to know. */
  noteParked(queue: EndpointQueue): void {
    queue.noteBacklog();
    if (queue.ownedByAnotherDispatcher) this.states.announceParked(queue.webhookId);
    this.pump(queue);
  }

  queueOf(webhookId: string, accountId: string): EndpointQueue {
    const { queue, isConfigured } = this.queues.getOrCreate(webhookId, accountId);
    if (!isConfigured) void this.configure(queue);
    return queue;
  }

  /** Reads the settings of a queue's webhook, and continues with them. */
  async configure(queue: EndpointQueue): Promise<void> {
    await this.queues.configure(queue);
    this.pump(queue);
  }

  private async fetch(queue: EndpointQueue, wanted: number): Promise<void> {
    const mayClaim = !this.claims.isFull && !this.isStopping && !this.claims.isCrowdedFor(queue.trust);
    const deliveries = mayClaim
      ? await this.claims.fetchParked(queue.webhookId, wanted).catch(() => null)
      : null;
    if (this.isStopping) this.handBack(deliveries ?? []);
    queue.fetched(this.isStopping ? null : deliveries, wanted);
    this.pump(queue);
  }

  private park(queue: EndpointQueue, deliveries: readonly ClaimedDelivery[]): void {
    if (deliveries.length === 0) return;
    if (this.isStopping) return this.handBack(deliveries);
    this.claims.park(deliveries).then(
      () => this.noteParked(queue),
      (error: unknown) =>
        this.logger.error({ err: error, msg: 'Deliveries could not be parked; they will be taken over' }),
    );
  }

  private wakeLater(queue: EndpointQueue): void {
    const { wakeAt } = queue;
    const pending = this.wakeUps.get(queue);
    if (wakeAt === null || (pending && pending.at <= wakeAt)) return;
    if (pending) clearTimeout(pending.timer);
    const timer = setTimeout(() => {
      this.wakeUps.delete(queue);
      this.pump(queue);
    }, wakeAt - performance.now());
    this.wakeUps.set(queue, { at: wakeAt, timer });
  }

  /** The slots of an attempt are free: the next queues that waited for one take them, in turn. */
  private pumpReleased({ trust, host }: Start): void {
    this.pumpWaiting(trust);
    if (host === null) return;
    const { byHost } = this.queues.slots;
    for (let next = byHost.nextWaiting(host); next; next = byHost.nextWaiting(host)) this.pump(next);
  }

  private pumpWaiting(trust: Start['trust']): void {
    const { byTrust } = this.queues.slots;
    for (let next = byTrust.nextWaiting(trust); next; next = byTrust.nextWaiting(trust)) this.pump(next);
  }

  // --- Send, decide, record ---

  private async deliver(start: Start, queue: EndpointQueue): Promise<void> {
    const { delivery } = start;
    const target = queue.settings ?? null;
    // Another dispatcher may take this one for dead by now, and have taken its deliveries over.
    if (!this.claims.hasFreshHeartbeat) {
      const lost = notSent(target, 'This dispatcher had lost its connection to PostgreSQL.', Date.now());
      this.release(start, queue, target, lost);
      return this.handBack([delivery]);
    }
    // The endpoint is free for its next request as soon as it has answered; the body of its response may follow.
    let isReleased = false;
    const release = (result: AttemptResult): void => {
      if (!isReleased) this.release(start, queue, target, result);
      isReleased = true;
    };
    const result = await this.send(delivery, target, release);
    release(result);
    try {
      await this.record(delivery, target, result);
    } catch (error) {
      const msg = 'An attempt could not be recorded; its delivery will be taken over';
      this.logger.error({ err: error, deliveryId: delivery.id, msg });
    }
  }

  /** The outcome is known: the slots are free for the next attempts, unless the endpoint asks for none. */
  private release(
    start: Start,
    queue: EndpointQueue,
    target: WebhookTarget | null,
    result: AttemptResult,
  ): void {
    this.states.share(queue, queue.finished(start, result));
    const { holdForMs, isLast } = decide(target, start.delivery, result, 0);
    if (holdForMs !== null) queue.hold(holdForMs);
    if (isLast) queue.hold(DISABLED_WITHIN_MS);
    this.pump(queue);
    this.pumpReleased(start);
  }

  private async deliverNow(delivery: ClaimedDelivery): Promise<void> {
    let target: WebhookTarget | null;
    try {
      target = await this.queues.settingsOf(delivery.webhookId);
    } catch (error) {
      // The request stays in PostgreSQL, and is taken again.
      this.claims.abandon(delivery);
      throw error;
    }
    await this.record(delivery, target, await this.send(delivery, target));
  }

  /** Never rejects: an event that this process can't handle must not end it, with everything that it has claimed. */
  private async send(
    delivery: ClaimedDelivery,
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
      return notSent(target, 'An internal error kept the attempt from being made; it is logged.', Date.now());
    }
  }

  private async record(
    delivery: ClaimedDelivery,
    target: WebhookTarget | null,
    result: AttemptResult,
  ): Promise<void> {
    const decision = decide(target, delivery, result, Math.random());
    if (target && delivery.trigger !== 'test') this.states.note(target, result, decision);
    await this.recorder.record(delivery, result, decision.verdict);
  }

  // --- Stop ---

  /** Ends what is in flight, hands back what is not. */
  onModuleDestroy(): void {
    this.isStopping = true;
    clearInterval(this.ticks);
    for (const { timer } of this.wakeUps.values()) clearTimeout(timer);
    for (const queue of this.queues.all()) this.handBack(queue.empty());
  }

  async beforeApplicationShutdown(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
    await Promise.race([late, this.settleAll()]);
  }

  private async settleAll(): Promise<void> {
    while (this.attempting.size > 0) await Promise.allSettled(this.attempting);
    await this.recorder.drained();
    await this.claims.drained();
  }

  private track(attempt: Promise<void>): Promise<void> {
    const tracked = attempt.finally(() => this.attempting.delete(tracked));
    this.attempting.add(tracked);
    return tracked;
  }

  private handBack(deliveries: readonly ClaimedDelivery[]): void {
    if (deliveries.length === 0) return;
    this.claims.handBack(deliveries).catch((error: unknown) =>
      this.logger.error({
        err: error,
        msg: 'Deliveries could not be handed back; they will be taken over',
      }),
    );
  }
}
