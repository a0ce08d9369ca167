const TICK_MS = 20;

/** One deadline in a `DeadlineWheel`. */
export interface Deadline {
  readonly expire: () => void;
  /** When it fires, by `performance.now()`. */
  readonly at: number;
  slot: Deadline[];
  /** Its index in `slot`; -1 once it has fired or was canceled. */
  place: number;
}

/**
 * One timer for every attempt in flight. A timer or an AbortSignal each would cost more than the request itself.
 * A deadline fires at its time or up to two ticks (40 ms) later, never before.
 */
export class DeadlineWheel {
  private readonly slots: Deadline[][];
  private position = 0;
  private size = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private isTurning = false;

  /** @param longestMs no deadline is further away than this. */
  constructor(longestMs: number) {
    this.slots = Array.from({ length: Math.ceil(longestMs / TICK_MS) + 3 }, (): Deadline[] => []);
  }

  /** A time that has already passed expires at the next ticks. */
  add(afterMs: number, expire: () => void): Deadline {
    if (this.timer) this.turn();
    // The turn stops a wheel on which nothing is left.
    if (!this.timer) this.start();
    const deadline: Deadline = { expire, at: performance.now() + Math.max(0, afterMs), slot: [], place: -1 };
    this.insert(deadline);
    this.size += 1;
    return deadline;
  }

  /** Does nothing for a deadline that has fired. */
  cancel(deadline: Deadline): void {
    const { slot, place } = deadline;
    if (place < 0) return;
    deadline.place = -1;
    this.size -= 1;
    // The last one takes its place.
    const last = slot.pop()!;
    if (last === deadline) return;
    slot[place] = last;
    last.place = place;
  }

  private start(): void {
    this.position = 0;
    this.startedAt = performance.now();
    this.timer = setInterval(() => this.turn(), TICK_MS);
  }

  /** A wait longer than the wheel goes to the last slot, and is inserted again when that slot comes up. */
  private insert(deadline: Deadline): void {
    const ticks = Math.ceil((deadline.at - this.startedAt) / TICK_MS) + 1 - this.position;
    const ahead = Math.max(1, Math.min(ticks, this.slots.length - 1));
    deadline.slot = this.slots[(this.position + ahead) % this.slots.length];
    deadline.place = deadline.slot.push(deadline) - 1;
  }

  private turn(): void {
    // A deadline added by an expiring one is inserted by the turn under way.
    if (this.isTurning) return;
    this.isTurning = true;
    try {
      this.turnTo(Math.floor((performance.now() - this.startedAt) / TICK_MS));
    } finally {
      this.isTurning = false;
    }
    if (this.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private turnTo(target: number): void {
    while (this.position < target) {
      this.position += 1;
      const place = this.position % this.slots.length;
      const due = this.slots[place];
      // Deadlines added meanwhile may belong to this slot, one round later.
      this.slots[place] = [];
      for (let deadline = due.pop(); deadline; deadline = due.pop()) this.fire(deadline);
    }
  }

  private fire(deadline: Deadline): void {
    if (deadline.at > performance.now()) return this.insert(deadline);
    deadline.place = -1;
    this.size -= 1;
    deadline.expire();
  }
}
