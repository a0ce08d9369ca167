const TICK_MS = 20;

/** One deadline in a `DeadlineWheel`. */
export interface Deadline {
  expire: () => void;
  slot: Set<Deadline>;
}

/**
 * One timer for every attempt in flight. A timer or an AbortSignal each would cost more than the request itself.
 * A deadline fires at its time or up to two ticks (40 ms) later, never before.
 */
export class DeadlineWheel {
  private readonly slots: Set<Deadline>[];
  private position = 0;
  private size = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param longestMs no deadline is further away than this. */
  constructor(longestMs: number) {
    this.slots = Array.from({ length: Math.ceil(longestMs / TICK_MS) + 3 }, () => new Set<Deadline>());
  }

  add(afterMs: number, expire: () => void): Deadline {
    // After the process stood still the wheel is behind: what is added now must not fire early for that.
    if (this.timer) this.turn();
    if (!this.timer) this.start();
    const behind = performance.now() - (this.startedAt + this.position * TICK_MS);
    const ahead = Math.min(Math.ceil((afterMs + Math.max(0, behind)) / TICK_MS) + 1, this.slots.length - 1);
    const slot = this.slots[(this.position + ahead) % this.slots.length];
    const deadline = { expire, slot };
    slot.add(deadline);
    this.size += 1;
    return deadline;
  }

  /** Does nothing for a deadline that has fired. */
  cancel(deadline: Deadline): void {
    if (deadline.slot.delete(deadline)) this.size -= 1;
  }

  private start(): void {
    this.position = 0;
    this.startedAt = performance.now();
    this.timer = setInterval(() => this.turn(), TICK_MS);
  }

  private turn(): void {
    const target = Math.floor((performance.now() - this.startedAt) / TICK_MS);
    while (this.position < target) {
      this.position += 1;
      const due = this.slots[this.position % this.slots.length];
      for (const deadline of due) {
        due.delete(deadline);
        this.size -= 1;
        deadline.expire();
      }
    }
    if (this.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}
