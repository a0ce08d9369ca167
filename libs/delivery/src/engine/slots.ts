/** How far an endpoint may be trusted to answer soon. */
export type Standing =
  /** It has answered lately. */
  | 'proven'
  /** Nothing is known of it yet, and this is its only attempt under way: the one that will tell. */
  | 'newcomer'
  /** Nothing is known of it yet. */
  | 'unproven'
  /** It has kept us waiting until the time-out several times in a row. */
  | 'suspect';

/** Whoever waits for a slot. */
export interface SlotWaiter {
  pump(): void;
}

/** Attempts in flight at the same time, by standing. A socket, a body and a few kilobytes each. */
const SLOTS: Record<Standing, number> = { proven: 4_096, newcomer: 4_096, unproven: 2_048, suspect: 1_024 };

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

  constructor(private readonly sizes: Record<Standing, number> = SLOTS) {}

  get inUse(): number {
    const { proven, newcomer, unproven, suspect } = this.used;
    return proven + newcomer + unproven + suspect;
  }

  /** Takes a slot; when there is none, remembers who asked, and calls its `pump` when there is. */
  take(standing: Standing, waiter: SlotWaiter): boolean {
    if (this.used[standing] >= this.sizes[standing]) {
      this.waiting[standing].add(waiter);
      return false;
    }
    this.used[standing] += 1;
    return true;
  }

  release(standing: Standing): void {
    this.used[standing] -= 1;
    const waiting = this.waiting[standing];
    for (const next of waiting) {
      if (this.used[standing] >= this.sizes[standing]) return;
      waiting.delete(next);
      next.pump();
    }
  }
}
