/** A token bucket: so many starts a second, a tenth of that at most at once. Times are in milliseconds. */
export class RateLimit {
  private tokens: number;
  private refilledAt: number;

  constructor(
    readonly perSecond: number,
    now: number,
  ) {
    this.tokens = Math.max(1, perSecond / 10);
    this.refilledAt = now;
  }

  /** How long until a start is allowed; 0 for now. */
  waitMs(now: number): number {
    this.refill(now);
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1_000) / this.perSecond);
  }

  take(): void {
    this.tokens -= 1;
  }

  private refill(now: number): void {
    // A tenth of a second's worth at once, at most: more would be a burst that the customer asked to be spared.
    const capacity = Math.max(1, this.perSecond / 10);
    this.tokens = Math.min(capacity, this.tokens + ((now - this.refilledAt) * this.perSecond) / 1_000);
    this.refilledAt = now;
  }
}
