import type { RetryPolicyName } from '@app/webhooks';
import type { AttemptResult } from '../attempt';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after the attempt before ended, in milliseconds: one entry for each retry. */
export const RETRY_DELAYS_MS: Record<RetryPolicyName, readonly number[]> = {
  STANDARD: [1 * SECOND, 2 * SECOND, 4 * SECOND],
  EXTENDED: [
    1 * SECOND, 2 * SECOND, 4 * SECOND,
    1 * MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR,
  ],
}; // prettier-ignore

/** Long waits are stretched by up to so much, so that a server that comes back isn't met by everything at once. */
const JITTER = 0.1;

/**
 * How long to wait before the next attempt.
 * @param position which attempt of the run this was, from 1.
 * @param random in [0, 1), for the jitter.
 * @returns milliseconds from the end of this attempt, or null to give up.
 */
export function nextRetryDelay(
  policy: RetryPolicyName,
  position: number,
  result: Pick<AttemptResult, 'outcome' | 'retryAfterMs'>,
  random: number,
): number | null {
  // Nothing was sent, because it may not be: a retry would end the same way.
  if (result.outcome === 'NOT_SENT') return null;
  const delay = RETRY_DELAYS_MS[policy][position - 1];
  if (delay === undefined) return null;
  // STANDARD's times are a promise to the millisecond.
  if (policy === 'STANDARD') return delay;
  const stretched = delay >= MINUTE ? delay * (1 + JITTER * random) : delay;
  return Math.round(Math.max(stretched, result.retryAfterMs ?? 0));
}
