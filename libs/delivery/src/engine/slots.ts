/** How far an endpoint may be trusted to answer soon. */
export type Standing =
  /** It has answered lately. */
  | 'proven'
  /** Nothing is known of it yet, and this is its only attempt under way: the one that will tell. */
  | 'newcomer'
  /** Nothing is known of it yet. */
  | 'unproven'
  /** It has let an attempt of ours time out and not answered since, or is keeping us waiting now. */
  | 'suspect';

/** Whoever waits for a slot. */
export interface SlotWaiter {
  pump(): void;
}

/** Attempts in flight at the same time, by standing. A socket, a body and a few kilobytes each. */
const SLOTS: Record<Standing, number> = { proven: 4_096, newcomer: 4_096, unproven: 1_024, suspect: 1_024 };

/**
 * Attempts to suspects begin so many at once, once in so long. They time out together as well: a few at a time share
 * their commits, a thousand at a time would be a wave that everything else has to wait for, again and again.
 */
const SUSPECTS_AT_ONCE = 16;
const SUSPECTS_EVERY_MS = 125;

/**
 * The sending slots of a process. Each standing has its own, so that endpoints that hang can use up theirs and never
 * those of the endpoints that answer, nor those by which an unknown endpoint shows that it answers. Who waits is served
 * in turn, one slot each.
 */
export class Slots {
  private readonly used: Record<Standing, number> = { proven: 0, newcomer: 0, unproven: 0, suspect: 0 };
  private readonly waiting: Record<Standing, Set<SlotWaiter>> = {
    proven: new Set(),
    newcomer: new Set(),
    unproven: new Set(),
    suspect: new Set(),
  };

  private suspectsLeft = SUSPECTS_AT_ONCE;

  constructor(private readonly sizes: Record<Standing, number> = SLOTS) {}

  get inUse(): number {
    const { proven, newcomer, unproven, suspect } = this.used;
    return proven + newcomer + unproven + suspect;
  }

  /** Takes a slot; when there is none, remembers who asked, and calls its `pump` when there is. */
  take(standing: Standing, waiter: SlotWaiter): boolean {
    if (!this.hasFree(standing)) {
      this.waiting[standing].add(waiter);
      return false;
    }
    this.used[standing] += 1;
    if (standing === 'suspect') this.countSuspect();
    return true;
  }

  release(standing: Standing): void {
    this.used[standing] -= 1;
    this.serve(standing);
  }

  private hasFree(standing: Standing): boolean {
    if (standing === 'suspect' && this.suspectsLeft === 0) return false;
    return this.used[standing] < this.sizes[standing];
  }

  private serve(standing: Standing): void {
    const waiting = this.waiting[standing];
    for (const next of waiting) {
      if (!this.hasFree(standing)) return;
      waiting.delete(next);
      next.pump();
    }
  }

  private countSuspect(): void {
    if (this.suspectsLeft === SUSPECTS_AT_ONCE)
      setTimeout(() => {
        this.suspectsLeft = SUSPECTS_AT_ONCE;
        this.serve('suspect');
      }, SUSPECTS_EVERY_MS);
    this.suspectsLeft -= 1;
  }
}
