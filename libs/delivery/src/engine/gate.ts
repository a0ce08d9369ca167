import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { afterAttempt, beforeAttempt, type Circuit, CLOSED_CIRCUIT, openCircuit } from './circuit';
import type { InHand } from './in-hand';
import { RateLimit } from './rate-limit';
import type { Slots, SlotWaiter, Standing } from './slots';

/** What a gate has others do. */
export interface GateWork {
  readonly slots: Slots;
  /** Makes the attempt; the gate is told by `finished`. */
  start(delivery: InHand, gate: Gate, standing: Standing): void;
  /** Hands deliveries back to PostgreSQL, to wait there; the gate is told by `noteBacklog`. */
  park(deliveries: InHand[], gate: Gate): void;
  /** Takes parked deliveries in hand, oldest first. */
  fetchParked(gate: Gate, count: number): Promise<InHand[]>;
}

/** Who hears of what a gate has decided. */
export interface GateWatch {
  /** The gate has room now, or has none any more. */
  doorMoved(gate: Gate): void;
  /** What `waitsForUs` says has changed; but for an endpoint that falls silent, of which nobody tells. */
  queueMoved(gate: Gate): void;
  circuitMoved(gate: Gate, circuit: Circuit): void;
}

/** Monotonic milliseconds. */
export type Clock = () => number;

/** In flight at the same time to an endpoint: before anything is known of it, at the least, at the most. */
const UNPROVEN_LIMIT = 4;
const MIN_LIMIT = 8;
const FIRST_LIMIT = 16;
const MAX_LIMIT = 64;
/** Waiting in memory for one endpoint, beside those in flight: what it works off within about a second. */
const QUEUE_WITHIN_MS = 1_000;
const MIN_QUEUE = 32;
/** … and for one of which nothing good is known: thousands of them must not fill the memory. */
const DOUBTFUL_QUEUE = 1;
const MAX_QUEUE = 1_024;
/**
 * An endpoint is suspect from a time-out until it answers again; and as long as nothing at all has come back for so
 * long, and for four times what its answers take otherwise. In milliseconds.
 */
const SILENT_AFTER_MS = 1_000;

/**
 * Decides when the deliveries of one webhook go out: so many in flight, a short queue in memory, the rest parked in
 * PostgreSQL. The limit grows by one with a success and halves with a time-out; a circuit stops an endpoint that only
 * keeps us waiting; the webhook's own `maxConcurrency` and `rateLimitPerSecond` hold at all times.
 */
export class Gate implements SlotWaiter {
  circuit: Circuit = CLOSED_CIRCUIT;
  /** Whether deliveries of it are parked; new ones then wait behind them. */
  backlog = false;
  inFlight = 0;
  lastUsedAt: number;
  private readonly queue: InHand[] = [];
  private target: WebhookTarget | null | undefined;
  private limit = FIRST_LIMIT;
  private hasAnswered = false;
  private latencyMs = 100;
  /** When it last answered, or began to be waited for. */
  private heardAt = 0;
  private rate: RateLimit | null = null;
  /** Whether another dispatcher sends to the webhook, because its own limits have to be counted in one place. */
  elsewhere = false;
  private fetching = false;
  /** Whether something was parked since the last fetch began: what that one finds isn't all. */
  private parkedSince = false;
  private doorOpen = true;
  private toldToWait = false;
  private timer: NodeJS.Timeout | null = null;
  private wakesAt = Infinity;

  constructor(
    readonly webhookId: string,
    readonly accountId: string,
    private readonly work: GateWork,
    private readonly watch: GateWatch,
    private readonly now: Clock = () => performance.now(),
  ) {
    this.lastUsedAt = now();
  }

  /** The webhook's settings: undefined until they are read, null when there is no such webhook. */
  get settings(): WebhookTarget | null | undefined {
    return this.target;
  }

  get queued(): number {
    return this.queue.length;
  }

  /** Whether a new delivery may be handed to it; if not, it has to be parked. */
  get hasRoom(): boolean {
    return this.doorOpen;
  }

  /** Whether something is queued here that waits for this process, not for a slow endpoint. */
  get waitsForUs(): boolean {
    return this.queue.length > 0 && this.latencyMs < QUEUE_WITHIN_MS / 10 && this.standing === 'proven';
  }

  get isIdle(): boolean {
    const isEmpty = this.queue.length === 0 && this.inFlight === 0 && !this.fetching && !this.backlog;
    return isEmpty && this.circuit === CLOSED_CIRCUIT;
  }

  /**
   * @param target the webhook's settings, read anew.
   * @param elsewhere whether another dispatcher sends to it.
   */
  configure(target: WebhookTarget | null, elsewhere: boolean): void {
    // Two loads may end in the other order than they began.
    if (target && this.target && target.version < this.target.version) return;
    const first = this.target === undefined;
    const wasSending = this.isSending;
    this.target = target;
    this.elsewhere = elsewhere;
    const perSecond = target?.rateLimitPerSecond ?? null;
    if (this.rate?.perSecond !== perSecond)
      this.rate = perSecond === null ? null : new RateLimit(perSecond, this.now());
    if (first && target?.circuitIsOpen) this.circuit = openCircuit(this.now());
    // Somebody has set it to ACTIVE again: they think it works.
    if (!first && !wasSending && this.isSending) this.closeCircuit();
    if (elsewhere) this.parkQueue();
    this.pump();
  }

  /** Hands a delivery to the gate. @returns false when it has no room: the delivery has to be parked. */
  offer(delivery: InHand): boolean {
    if (!this.hasRoom) return false;
    this.accept(delivery);
    return true;
  }

  /** There are parked deliveries. */
  noteBacklog(): void {
    this.backlog = true;
    this.parkedSince = true;
    this.pump();
  }

  finished(standing: Standing, result: AttemptResult): void {
    const now = this.now();
    this.inFlight -= 1;
    this.learn(result, now);
    const circuit = afterAttempt(this.circuit, result.outcome, now);
    if (circuit.state !== this.circuit.state) this.moveCircuit(circuit);
    this.circuit = circuit;
    if (this.standing === 'suspect') this.parkQueue(DOUBTFUL_QUEUE);
    this.work.slots.release(standing);
    this.pump();
  }

  /** Closes the circuit by hand. */
  reset(): void {
    this.closeCircuit();
    this.pump();
  }

  /** Takes back what has not been started. */
  empty(): InHand[] {
    if (this.timer) clearTimeout(this.timer);
    const waiting = this.queue.splice(0);
    this.tell();
    return waiting;
  }

  /** Starts what may start, and sees that there is something to start. */
  pump(): void {
    if (this.target !== undefined) this.startWhatMay();
    this.tell();
  }

  private startWhatMay(): void {
    while (this.queue.length > 0 && this.mayStart()) {
      const { standing } = this;
      if (!this.work.slots.take(standing, this)) break;
      this.rate?.take();
      this.lastUsedAt = this.now();
      if (this.inFlight === 0) this.heardAt = this.lastUsedAt;
      this.inFlight += 1;
      this.work.start(this.queue.shift()!, this, standing);
    }
    if (this.backlog) this.refill();
  }

  get standing(): Standing {
    if (this.isOnlySettled) return 'proven';
    if (this.circuit.timeoutsInRow > 0 || this.isSilent) return 'suspect';
    if (this.hasAnswered) return 'proven';
    return this.inFlight === 0 ? 'newcomer' : 'unproven';
  }

  /** Whether nothing will be sent, so that nobody is waited for. */
  private get isOnlySettled(): boolean {
    return this.target !== undefined && !this.isSending;
  }

  private get isSilent(): boolean {
    if (this.inFlight === 0) return false;
    return this.now() - this.heardAt > Math.max(SILENT_AFTER_MS, 4 * this.latencyMs);
  }

  private get isSending(): boolean {
    return this.target?.status === 'ACTIVE' && !this.target.isDeleted;
  }

  private get concurrency(): number {
    const limit = this.hasAnswered || this.circuit.timeoutsInRow > 0 ? this.limit : UNPROVEN_LIMIT;
    // One for each millisecond of its answers' time carries 1,000 a second; more would only be opened and closed again.
    const useful = Math.max(FIRST_LIMIT, Math.ceil(this.latencyMs));
    return Math.min(limit, useful, this.target?.maxConcurrency ?? MAX_LIMIT);
  }

  private get queueLimit(): number {
    // Until the settings are read, what may start then waits here.
    if (this.target === undefined) return UNPROVEN_LIMIT;
    if (this.standing !== 'proven') return DOUBTFUL_QUEUE;
    const perSecond = Math.min(
      (this.concurrency * QUEUE_WITHIN_MS) / this.latencyMs,
      this.rate?.perSecond ?? Infinity,
    );
    return Math.min(MAX_QUEUE, Math.max(MIN_QUEUE, Math.ceil(perSecond)));
  }

  private mayStart(): boolean {
    if (this.isOnlySettled) return true;
    if (this.inFlight >= this.concurrency) return false;
    const now = this.now();
    const circuit = beforeAttempt(this.circuit, now);
    if (circuit.state === 'OPEN') return this.wakeIn(circuit.probeAt - now);
    if (circuit.state === 'HALF_OPEN' && this.inFlight > 0) return false;
    const wait = this.rate?.waitMs(now) ?? 0;
    if (wait > 0) return this.wakeIn(wait);
    if (circuit !== this.circuit) {
      this.moveCircuit(circuit);
      this.circuit = circuit;
    }
    return true;
  }

  /** Pumps again in a while. One timer, for the earliest wish: a circuit closed by hand has no probe to wait for. */
  private wakeIn(ms: number): false {
    if (this.timer && this.wakesAt <= this.now() + ms) return false;
    if (this.timer) clearTimeout(this.timer);
    this.wakesAt = this.now() + ms;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.pump();
    }, ms);
    return false;
  }

  private accept(delivery: InHand): void {
    this.queue.push(delivery);
    this.lastUsedAt = this.now();
    this.pump();
  }

  /** Fetches parked deliveries when the queue runs low; while the circuit is open, one for the probe. */
  private refill(): void {
    if (this.fetching || this.elsewhere) return;
    const isOpen = this.isSending && this.circuit.state !== 'CLOSED';
    if (isOpen && (this.queue.length > 0 || this.inFlight > 0)) return;
    if (isOpen && !this.probeIsDue()) return;
    const wanted = isOpen ? 1 : this.queueLimit - this.queue.length;
    if (wanted < (isOpen ? 1 : Math.ceil(this.queueLimit / 2))) return;
    this.fetching = true;
    this.parkedSince = false;
    this.work
      .fetchParked(this, wanted)
      .then(
        (deliveries) => {
          if (deliveries.length < wanted) this.backlog = this.parkedSince;
          for (const delivery of deliveries) this.queue.push(delivery);
        },
        // PostgreSQL is away; the sweeper's next round finds the backlog again.
        () => (this.backlog = false),
      )
      .finally(() => {
        this.fetching = false;
        this.pump();
      });
  }

  private probeIsDue(): boolean {
    const wait = this.circuit.probeAt - this.now();
    return wait <= 0 || this.wakeIn(wait);
  }

  private learn(result: AttemptResult, now: number): void {
    if (result.outcome === 'NOT_SENT') return;
    if (result.outcome === 'TIMEOUT') this.limit = Math.max(MIN_LIMIT, this.limit >> 1);
    else {
      this.hasAnswered = true;
      this.heardAt = now;
      if (result.outcome === 'DELIVERED' && this.limit < MAX_LIMIT) this.limit += 1;
    }
    this.latencyMs += (Math.max(1, result.durationMs) - this.latencyMs) / 8;
  }

  private closeCircuit(): void {
    if (this.circuit.state !== 'CLOSED') this.moveCircuit(CLOSED_CIRCUIT);
    this.circuit = CLOSED_CIRCUIT;
  }

  private moveCircuit(circuit: Circuit): void {
    this.watch.circuitMoved(this, circuit);
    if (circuit.state === 'OPEN') this.parkQueue();
  }

  /** @param keep how many of the oldest stay in memory. */
  private parkQueue(keep = 0): void {
    const waiting = this.queue.splice(keep);
    if (waiting.length > 0) this.work.park(waiting, this);
  }

  /** Tells who watches what has become of the door and the queue. */
  private tell(): void {
    const { waitsForUs } = this;
    if (waitsForUs !== this.toldToWait) {
      this.toldToWait = waitsForUs;
      this.watch.queueMoved(this);
    }
    const isStopped = this.isSending && this.circuit.state !== 'CLOSED';
    const open = !this.elsewhere && !isStopped && !this.backlog && this.queue.length < this.queueLimit;
    if (open === this.doorOpen) return;
    this.doorOpen = open;
    this.watch.doorMoved(this);
  }
}
