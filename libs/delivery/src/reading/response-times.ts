/**
 * Response times are counted in buckets that grow by 15 %, so that percentiles over millions of attempts can be told
 * from a few dozen counts. A percentile told from them is in the same bucket as the true one.
 */
const GROWTH = 1.15;

/** The bucket of `duration_ms`, in SQL: bucket b holds the times from 1.15^b - 1 up to 1.15^(b + 1) - 1 ms. */
export const DURATION_BUCKET_SQL = `floor(ln(greatest(duration_ms, 0) + 1) / ln(${GROWTH}))::smallint`;

/** How many attempts fell into each bucket. */
export type ResponseTimes = Map<number, number>;

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** In whole milliseconds; null when nothing was answered. */
export function percentilesOf(times: ResponseTimes): Percentiles {
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), p99: percentile(times, 0.99) };
}

/** The time within which a share of the answers came, taking those of one bucket as spread evenly over it. */
export function percentile(times: ResponseTimes, share: number): number | null {
  const buckets = [...times.entries()].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  let before = 0;
  for (const [bucket, count] of buckets) {
    if (before + count >= share * total) {
      const within = (share * total - before) / count;
      return Math.round(lowerBound(bucket) + within * (lowerBound(bucket + 1) - lowerBound(bucket)));
    }
    before += count;
  }
  return Math.round(lowerBound(buckets.at(-1)![0] + 1));
}

function lowerBound(bucket: number): number {
  return GROWTH ** bucket - 1;
}
