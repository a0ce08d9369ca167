/**
 * Work under way, to wait for its end. It is counted, not kept in a Set: V8 copies a Set with many comings and goings to
 * a new table time and again, and each old table refers to the next one. Once one of them counts as old, all later ones
 * with what was in them stay until a whole collection: events, bodies, requests, 20 MB a second (docs/decisions/0007).
 */
export class UnderWay {
  private count = 0;
  private waiting: (() => void)[] = [];

  async track(work: Promise<void>): Promise<void> {
    this.count += 1;
    try {
      await work;
    } finally {
      this.count -= 1;
      if (this.count === 0) this.waiting.splice(0).forEach((resolve) => resolve());
    }
  }

  /** Resolves when nothing is under way. */
  async ended(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
