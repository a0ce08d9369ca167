import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { afterAttempt, beforeAttempt, type Circuit, CLOSED_CIRCUIT, openCircuit } from './circuit';
import type { HostSlots } from './host-slots';
import { RateLimit } from './rate-limit';
import type { EndpointTrust, SendingSlots } from './sending-slots';

/** Monotonic milliseconds. */
export type Clock = () => number;

/** The slots that an attempt needs: one of the process for its trust, and one for its host. */
export interface Slots {
  byTrust: SendingSlots<EndpointQueue>;
  byHost: HostSlots<EndpointQueue>;
}

/** An attempt that may start, and the slots that it has taken. */
export interface Start {
  readonly delivery: ClaimedDelivery;
  readonly trust: EndpointTrust;
  /** Null when nothing will be sent. */
  readonly host: string | null;
}

/** What this dispatcher has learned about an endpoint, and the others have to know. */
export interface EndpointNews {
  circuit?: Circuit;
  /** Whether it keeps everyone waiting now, or has responded again. */
  isSilent?: boolean;
}

/** How the limits of an endpoint are divided among the dispatchers. */
export interface Division {
  /** This dispatcher's part of a limit; 0: another one sends. */
  share(limit: number): number;
  /** Whether this is the one dispatcher that counts the webhook's own limits, and sends probes. */
  isHome: boolean;
}

/** In flight at once to an endpoint, by all dispatchers together: before anything is known of it, at least, at first, at most. */
const UNTRIED_LIMIT = 4;
const MIN_LIMIT = 8;
const FIRST_LIMIT = 16;
const MAX_LIMIT = 64;
/** Queued in memory for one endpoint, besides those in flight: what it works off within about a second. */
const QUEUE_WITHIN_MS = 1_000;
const MIN_QUEUE = 32;
/** … and for one of which nothing good is known: thousands of them must not fill the memory. */
const DOUBTFUL_QUEUE = 1;
const MAX_QUEUE = 1_024;
/**
 * An endpoint is unresponsive from a time-out until it responds again; and while nothing at all has come back for this
 * long, and for four times what its responses take otherwise. In milliseconds.
 */
const SILENT_AFTER_MS = 1_000;

/**
 * Decides when the deliveries of one webhook may start: a number in flight, a short queue in memory, the rest parked in
 * PostgreSQL. The limit grows by one with a success and halves with a time-out; a circuit stops an endpoint that only
 * keeps everyone waiting; the webhook's own `maxConcurrency` and `rateLimitPerSecond` hold at all times.
 *
 * It starts nothing itself: after each change, its owner asks for what to start (`next`), to park (`takeOverflow`), and
 * to fetch (`startFetch`), and when to ask again (`wakeAt`).
 */
export class EndpointQueue {
  circuit: Circuit = CLOSED_CIRCUIT;
  inFlight = 0;
  lastUsedAt: number;
  /** When to ask again, by the monotonic clock; null: after the next change. */
  wakeAt: number | null = null;
  private readonly queue: ClaimedDelivery[] = [];
  private overflow: ClaimedDelivery[] = [];
  private target: WebhookTarget | null | undefined;
  private division: Division = { share: (limit) => limit, isHome: true };
  private limit = FIRST_LIMIT;
  private hasResponded = false;
  private latencyMs = 100;
  /** When it last responded, or when waiting for it began. */
  private heardAt = 0;
  /** Another dispatcher has found it silent. */
  private isSilentElsewhere = false;
  private hasToldSilence = false;
  private heldUntil = 0;
  private rate: RateLimit | null = null;
  private isFetching = false;
  /** Whether deliveries of it are parked; new ones then wait behind them. */
  private backlog = false;
  /** Whether something was parked since the last fetch began: what that one finds isn't all. */
  private parkedSince = false;

  constructor(
    readonly webhookId: string,
    readonly accountId: string,
    private readonly slots: Slots,
    private readonly now: Clock = () => performance.now(),
  ) {
    this.lastUsedAt = now();
  }

  /** The webhook's settings: undefined until they are read, null when there is no such webhook. */
  get settings(): WebhookTarget | null | undefined {
    return this.target;
  }

  get host(): string {
    return this.target?.origin ?? '';
  }

  get queued(): number {
    return this.queue.length;
  }

  get trust(): EndpointTrust {
    if (this.willNotSend) return 'responsive';
    if (this.circuit.timeoutsInRow > 0 || this.isSilent || this.isSilentElsewhere) return 'unresponsive';
    if (this.hasResponded) return 'responsive';
    return this.inFlight === 0 ? 'untried' : 'probing';
  }

  /** Whether a new delivery may be queued; if not, it has to be parked. */
  get hasCapacity(): boolean {
    if (this.ownedByAnotherDispatcher || this.backlog || this.isStopped) return false;
    return this.queue.length < this.queueLimit;
  }

  /** Whether something is queued that waits for this process, not for a slow endpoint. */
  get waitsForUs(): boolean {
    return this.queue.length > 0 && this.latencyMs < QUEUE_WITHIN_MS / 10 && this.trust === 'responsive';
  }

  get isIdle(): boolean {
    const isEmpty = this.queue.length === 0 && this.inFlight === 0 && !this.isFetching && !this.backlog;
    return isEmpty && this.circuit === CLOSED_CIRCUIT && this.heldUntil <= this.now();
  }

  /** Whether this dispatcher starts nothing, because another one counts the limits or sends the probes. */
  get ownedByAnotherDispatcher(): boolean {
    if (!this.isSending) return false;
    if (this.hasOwnLimits || this.circuit.state !== 'CLOSED') return !this.division.isHome;
    return this.division.share(this.concurrencyOfAll) === 0;
  }

  /** Takes the webhook's settings, and how its limits are divided. Older settings than the present ones are ignored. */
  configure(target: WebhookTarget | null, division: Division): void {
    this.division = division;
    // Two loads may end in the other order than they began.
    if (target && this.target && target.version < this.target.version) return;
    const isFirst = this.target === undefined;
    const wasSending = this.isSending;
    this.target = target;
    const perSecond = target?.rateLimitPerSecond ?? null;
    if (this.rate?.perSecond !== perSecond)
      this.rate = perSecond === null ? null : new RateLimit(perSecond, this.now());
    if (isFirst && target?.circuitIsOpen) this.circuit = openCircuit(this.now());
    // It was set to ACTIVE again: someone thinks that it works.
    if (!isFirst && !wasSending && this.isSending) this.circuit = CLOSED_CIRCUIT;
    if (this.isStopped || this.ownedByAnotherDispatcher) this.overflowQueue();
  }

  /** @returns false when it has no capacity: the delivery has to be parked. */
  offer(delivery: ClaimedDelivery): boolean {
    if (!this.hasCapacity) return false;
    this.queue.push(delivery);
    this.lastUsedAt = this.now();
    return true;
  }

  /** The next attempt to start, with its slots taken; null when nothing may start now. */
  next(): Start | null {
    if (this.target === undefined || this.queue.length === 0 || !this.mayStart()) return null;
    const { trust } = this;
    if (!this.slots.byTrust.take(trust, this)) return null;
    const host = this.willNotSend ? null : this.host;
    if (host !== null && !this.slots.byHost.take(this)) {
      this.slots.byTrust.release(trust);
      return null;
    }
    this.rate?.take();
    this.lastUsedAt = this.now();
    if (this.inFlight === 0) this.heardAt = this.lastUsedAt;
    this.inFlight += 1;
    return { delivery: this.queue.shift()!, trust, host };
  }

  /** An attempt has ended, and its slots are free. @returns what the other dispatchers have to know. */
  finished({ trust, host }: Start, result: AttemptResult): EndpointNews {
    const now = this.now();
    this.inFlight -= 1;
    this.slots.byTrust.release(trust);
    if (host !== null) this.slots.byHost.release({ accountId: this.accountId, host });
    this.learn(result, now);
    const news = this.newsOfSilence(result);
    const circuit = afterAttempt(this.circuit, result.outcome, now);
    if (circuit.state !== this.circuit.state) news.circuit = circuit;
    this.circuit = circuit;
    if (circuit.state === 'OPEN') this.overflowQueue();
    else if (this.trust === 'unresponsive') this.overflowQueue(DOUBTFUL_QUEUE);
    return news;
  }

  /** Whether it has fallen silent since this was last asked: nothing has come back, and no attempt has ended either. */
  takeSilence(): boolean {
    if (this.hasToldSilence || !this.isSilent) return false;
    return (this.hasToldSilence = true);
  }

  /** What another dispatcher has learned. */
  hear({ circuit, isSilent }: { circuit?: 'OPEN' | 'CLOSED'; isSilent?: boolean }): void {
    if (circuit === 'CLOSED') this.circuit = CLOSED_CIRCUIT;
    if (circuit === 'OPEN' && this.circuit.state === 'CLOSED') this.circuit = openCircuit(this.now());
    if (isSilent !== undefined) this.isSilentElsewhere = isSilent;
    if (this.isStopped) this.overflowQueue();
  }

  /** The endpoint has asked to wait: nothing starts for this long, in milliseconds. */
  hold(forMs: number): void {
    const until = this.now() + forMs;
    if (until <= this.heldUntil) return;
    this.heldUntil = until;
    this.overflowQueue();
  }

  /** There are parked deliveries. */
  noteBacklog(): void {
    this.backlog = true;
    this.parkedSince = true;
  }

  /** Deliveries that it has no capacity for any more: to be parked. */
  takeOverflow(): ClaimedDelivery[] {
    return this.overflow.length === 0 ? [] : this.overflow.splice(0);
  }

  /** How many parked deliveries to fetch now: when the queue runs low, or one for a probe. `fetched` ends it. */
  startFetch(): number {
    if (!this.backlog || this.isFetching || this.ownedByAnotherDispatcher) return 0;
    if (this.target === undefined || this.isPaused || (this.isSending && this.isHeld())) return 0;
    const isOpen = this.isSending && this.circuit.state !== 'CLOSED';
    if (isOpen && (this.queue.length > 0 || this.inFlight > 0 || !this.probeIsDue())) return 0;
    const wanted = isOpen ? 1 : this.queueLimit - this.queue.length;
    if (wanted < (isOpen ? 1 : Math.ceil(this.queueLimit / 2))) return 0;
    this.isFetching = true;
    this.parkedSince = false;
    return wanted;
  }

  /** @param deliveries null: they could not be fetched; the sweeper's next round finds the backlog again. */
  fetched(deliveries: readonly ClaimedDelivery[] | null, wanted: number): void {
    this.isFetching = false;
    if (deliveries === null) this.backlog = false;
    else if (deliveries.length < wanted) this.backlog = this.parkedSince;
    for (const delivery of deliveries ?? []) this.queue.push(delivery);
    if (this.isPaused || (this.isSending && this.isHeld())) this.overflowQueue();
  }

  /** Takes back what has not been started. */
  empty(): ClaimedDelivery[] {
    return [...this.takeOverflow(), ...this.queue.splice(0)];
  }

  private get isSending(): boolean {
    return this.target?.status === 'ACTIVE' && !this.target.isDeleted;
  }

  private get isPaused(): boolean {
    return this.target?.status === 'PAUSED' && !this.target.isDeleted;
  }

  /** Nothing will be sent (it was deleted or disabled), so that nothing has to be waited for. */
  private get willNotSend(): boolean {
    return this.target !== undefined && !this.isSending && !this.isPaused;
  }

  private get hasOwnLimits(): boolean {
    return (
      typeof this.target?.maxConcurrency === 'number' || typeof this.target?.rateLimitPerSecond === 'number'
    );
  }

  /** Whether its deliveries wait in PostgreSQL until it may be sent to again. */
  private get isStopped(): boolean {
    if (this.isPaused) return true;
    return this.isSending && (this.circuit.state !== 'CLOSED' || this.heldUntil > this.now());
  }

  private get isSilent(): boolean {
    if (this.inFlight === 0) return false;
    return this.now() - this.heardAt > Math.max(SILENT_AFTER_MS, 4 * this.latencyMs);
  }

  private get concurrencyOfAll(): number {
    const limit = this.hasResponded || this.circuit.timeoutsInRow > 0 ? this.limit : UNTRIED_LIMIT;
    // One for each millisecond of its response time carries 1,000 a second; more would only be opened and closed again.
    const useful = Math.max(FIRST_LIMIT, Math.ceil(this.latencyMs));
    return Math.min(limit, useful);
  }

  private get concurrency(): number {
    // Its own limits are counted by one dispatcher, which sends all of it.
    if (this.hasOwnLimits) return Math.min(this.concurrencyOfAll, this.target?.maxConcurrency ?? MAX_LIMIT);
    return this.division.share(this.concurrencyOfAll);
  }

  private get queueLimit(): number {
    // Until the settings are read, what may start then waits here.
    if (this.target === undefined) return UNTRIED_LIMIT;
    if (this.trust !== 'responsive') return DOUBTFUL_QUEUE;
    const perSecond = Math.min(
      (this.concurrency * QUEUE_WITHIN_MS) / this.latencyMs,
      this.rate?.perSecond ?? Infinity,
    );
    return Math.min(MAX_QUEUE, Math.max(MIN_QUEUE, Math.ceil(perSecond)));
  }

  private mayStart(): boolean {
    if (this.willNotSend) return true;
    if (this.isPaused || this.ownedByAnotherDispatcher || this.inFlight >= this.concurrency) return false;
    if (this.isHeld()) return false;
    const now = this.now();
    const circuit = beforeAttempt(this.circuit, now);
    if (circuit.state === 'OPEN') return this.waitFor(circuit.probeAt - now);
    if (circuit.state === 'HALF_OPEN' && this.inFlight > 0) return false;
    const wait = this.rate?.waitMs(now) ?? 0;
    if (wait > 0) return this.waitFor(wait);
    this.circuit = circuit;
    return true;
  }

  private isHeld(): boolean {
    const wait = this.heldUntil - this.now();
    return wait > 0 && !this.waitFor(wait);
  }

  private probeIsDue(): boolean {
    const wait = this.circuit.probeAt - this.now();
    return wait <= 0 || this.waitFor(wait);
  }

  private waitFor(ms: number): false {
    const at = this.now() + ms;
    this.wakeAt = Math.min(this.wakeAt ?? Infinity, at);
    return false;
  }

  private learn(result: AttemptResult, now: number): void {
    if (result.outcome === 'NOT_SENT') return;
    if (result.outcome === 'TIMEOUT') this.limit = Math.max(MIN_LIMIT, this.limit >> 1);
    else {
      this.hasResponded = true;
      this.isSilentElsewhere = false;
      this.heardAt = now;
      if (result.outcome === 'DELIVERED' && this.limit < MAX_LIMIT) this.limit += 1;
    }
    this.latencyMs += (Math.max(1, result.durationMs) - this.latencyMs) / 8;
  }

  private newsOfSilence({ outcome }: AttemptResult): EndpointNews {
    if (outcome === 'NOT_SENT' || (outcome === 'TIMEOUT') === this.hasToldSilence) return {};
    this.hasToldSilence = outcome === 'TIMEOUT';
    return { isSilent: this.hasToldSilence };
  }

  /** @param keep how many of the oldest stay in memory. */
  private overflowQueue(keep = 0): void {
    if (this.queue.length > keep) this.overflow.push(...this.queue.splice(keep));
  }
}
