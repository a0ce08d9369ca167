/** Buckets grow by a fifth: a percentile read from them is at most 10 % off. 52 of them reach from 1 ms to beyond 10 s. */
const GROWTH = 1.2;
export const BUCKETS = 52;

/** The bucket of a duration, as SQL over a column `duration_ms`. */
export const BUCKET_SQL = `least(${BUCKETS - 1}, floor(ln(greatest(duration_ms, 1)) / ln(${GROWTH})))::int`;

/** The same in TypeScript. */
export function bucketOf(durationMs: number): number {
  return Math.min(BUCKETS - 1, Math.floor(Math.log(Math.max(durationMs, 1)) / Math.log(GROWTH)));
}

/** Adds a histogram to another one. */
export function addTo(sum: number[], histogram: number[]): void {
  for (let i = 0; i < histogram.length; i++) sum[i] = (sum[i] ?? 0) + histogram[i];
}

/** The duration below which a share (0 to 1) of all lies, in milliseconds; null when there are none. */
export function percentile(histogram: number[], share: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  for (let i = 0; i < histogram.length; i++) {
    left -= histogram[i];
    if (left <= 0) return Math.round(GROWTH ** (i + 0.5));
  }
  return null;
}
