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

/** Long waits are stretched by up to this share, so that a server that comes back isn't met by everything at once. */
const JITTER = 0.1;

/** How often an endpoint may ask a delivery to wait before that counts as a failure like any other. */
export const MAX_HOLDS = 10;

/** A retry's wait, in milliseconds from the end of the attempt, and whether it is one of the policy's retries. */
export interface NextRetry {
  inMs: number;
  counts: boolean;
}

/**
 * The retry that follows a failed attempt.
 *
 * An endpoint that asks to wait (429 or 503 with `Retry-After`) gets the delivery at that time or at the policy's,
 * whichever is later, and this does not use up one of the policy's retries: contract, section 1.
 * @param position which attempt of the run this was, from 1.
 * @param holds how often the endpoint has asked this delivery to wait before.
 * @param random in [0, 1), for the jitter.
 * @returns null to give up.
 */
export function nextRetry(
  policy: RetryPolicyName,
  position: number,
  holds: number,
  result: Pick<AttemptResult, 'outcome' | 'retryAfterMs'>,
  random: number,
): NextRetry | null {
  // Nothing was sent, because nothing may be sent: a retry would end the same way.
  if (result.outcome === 'NOT_SENT') return null;
  const delays = RETRY_DELAYS_MS[policy];
  const delay = delays[position - 1];
  const asked = result.retryAfterMs;
  if (asked !== null && holds < MAX_HOLDS)
    return { inMs: Math.max(asked, stretched(policy, delay ?? SECOND, random)), counts: false };
  if (delay === undefined) return null;
  return { inMs: Math.max(asked ?? 0, stretched(policy, delay, random)), counts: true };
}

/** STANDARD's times are a promise to the millisecond. Of a long wait, a second is left for the grid of its job. */
function stretched(policy: RetryPolicyName, delay: number, random: number): number {
  if (policy === 'STANDARD' || delay < MINUTE) return delay;
  return Math.round(delay + (delay * JITTER - SECOND) * random);
}
