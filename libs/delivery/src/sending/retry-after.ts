/** No server may hold deliveries back for longer than this by `Retry-After`, in milliseconds. */
const LONGEST_MS = 3_600_000;

/**
 * Reads `Retry-After` (RFC 9110: seconds, or an HTTP date; fractions of seconds as well, which some servers send).
 * @returns milliseconds from now, 0 for a date that has passed, at most an hour; null when there is none or it makes no sense.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^\d{1,12}(\.\d*)?$|^\.\d+$/.test(text)) return Math.min(Math.ceil(Number(text) * 1_000), LONGEST_MS);
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return null;
  return Math.min(Math.max(0, date - now), LONGEST_MS);
}
