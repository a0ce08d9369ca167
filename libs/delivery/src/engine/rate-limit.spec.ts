import { RateLimit } from './rate-limit';

/** Starts as many as allowed, waiting as told, and returns when each began. */
function starts(limit: RateLimit, from: number, until: number): number[] {
  const times: number[] = [];
  for (let now = from; now < until;) {
    const wait = limit.waitMs(now);
    if (wait > 0) now += wait;
    else {
      limit.take();
      times.push(now);
    }
  }
  return times;
}

describe('a rate limit', () => {
  it.each([1, 2, 7, 10, 50, 100, 333, 1_000])('of %d a second holds in every second', (perSecond) => {
    const times = starts(new RateLimit(perSecond, 0), 0, 5_000);
    for (const begin of times) {
      const within = times.filter((time) => time >= begin && time < begin + 1_000).length;
      // What may come at once is a tenth of a second's worth.
      expect(within).toBeLessThanOrEqual(perSecond + Math.max(1, perSecond / 10));
    }
  });

  it.each([1, 2, 10, 50, 100, 500])('of %d a second lets so many through', (perSecond) => {
    const count = starts(new RateLimit(perSecond, 0), 0, 10_000).length;
    expect(count).toBeGreaterThanOrEqual(perSecond * 10 * 0.95 - 1);
    expect(count).toBeLessThanOrEqual(perSecond * 10 + Math.max(1, perSecond / 10));
  });

  it('saves nothing up over a quiet hour', () => {
    const limit = new RateLimit(20, 0);
    expect(starts(limit, 3_600_000, 3_600_001)).toHaveLength(2);
  });

  it('tells how long to wait, and keeps to it', () => {
    const limit = new RateLimit(4, 0);
    limit.take();
    expect(limit.waitMs(0)).toBe(250);
    expect(limit.waitMs(249)).toBeGreaterThan(0);
    expect(limit.waitMs(250)).toBe(0);
  });
});
