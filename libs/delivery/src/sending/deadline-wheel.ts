const TICK_MS = 20;

/** One deadline in a `DeadlineWheel`. */
export interface Deadline {
  readonly expire: () => void;
  readonly slot: Deadline[];
  /** Where in its slot it is; -1 once it has fired or was cancelled. */
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

  /** @param longestMs no deadline is further away than this. */
  constructor(longestMs: number) {
    this.slots = Array.from({ length: Math.ceil(longestMs / TICK_MS) + 3 }, (): Deadline[] => []);
  }

  /** A time that has passed already is one that is over at the next ticks. */
  add(afterMs: number, expire: () => void): Deadline {
    // After the process stood still the wheel is behind: what is added now must not fire early for that.
    if (this.timer) this.turn();
    if (!this.timer) this.start();
    const behind = performance.now() - (this.startedAt + this.position * TICK_MS);
    const remainingMs = Math.max(0, afterMs) + Math.max(0, behind);
    const ahead = Math.min(Math.ceil(remainingMs / TICK_MS) + 1, this.slots.length - 1);
    const slot = this.slots[(this.position + ahead) % this.slots.length];
    const deadline = { expire, slot, place: slot.length };
    slot.push(deadline);
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

  private turn(): void {
    const target = Math.floor((performance.now() - this.startedAt) / TICK_MS);
    while (this.position < target) {
      this.position += 1;
      const due = this.slots[this.position % this.slots.length];
      for (let deadline = due.pop(); deadline; deadline = due.pop()) {
        deadline.place = -1;
        this.size -= 1;
        deadline.expire();
      }
    }
    if (this.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}
