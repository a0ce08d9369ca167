import fc from 'fast-check';
import { DURATION_BUCKET_SQL, percentile, percentilesOf } from './response-times';

/** What `DURATION_BUCKET_SQL` says, in JavaScript. */
const bucketOf = (ms: number) => Math.floor(Math.log(ms + 1) / Math.log(1.15));

function timesOf(durations: number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const ms of durations) times.set(bucketOf(ms), (times.get(bucketOf(ms)) ?? 0) + 1);
  return times;
}

describe('response times', () => {
  it('are counted with the same growth as in SQL', () => {
    expect(DURATION_BUCKET_SQL).toContain('ln(1.15)');
  });

  it('have no percentiles when nothing was answered', () => {
    expect(percentilesOf(new Map())).toEqual({ p50: null, p95: null, p99: null });
    expect(percentile(new Map([[3, 0]]), 0.5)).toBeNull();
  });

  it.each([
    ['all at once', [0, 0, 0], 0.5, 0],
    ['one answer', [100], 0.99, 100],
    ['the middle of a spread', Array.from({ length: 1_000 }, (_, i) => i), 0.5, 500],
    ['the tail of a spread', Array.from({ length: 1_000 }, (_, i) => i), 0.99, 990],
    ['a few slow ones among many fast ones', [...Array<number>(98).fill(10), 9_000, 9_000], 0.99, 9_000],
    ['many fast ones beside a few slow ones', [...Array<number>(98).fill(10), 9_000, 9_000], 0.95, 10],
  ])('tell %s', (_, durations, share, expected) => {
    const told = percentile(timesOf(durations), share)!;
    expect(Math.abs(told - expected)).toBeLessThanOrEqual(Math.max(1, expected * 0.15));
  });

  it('are told within a bucket (15 %) of the exact percentile, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_500 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (durations, share) => {
          const sorted = [...durations].sort((a, b) => a - b);
          const exact = sorted[Math.ceil(share * sorted.length) - 1];
          const told = percentile(timesOf(durations), share)!;
          return Math.abs(told - exact) <= Math.max(1, (exact + 1) * 0.15 + 1);
        },
      ),
    );
  });
});
