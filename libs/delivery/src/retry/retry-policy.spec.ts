import type { AttemptOutcome } from '../attempt';
import { nextRetryDelay, RETRY_DELAYS_MS } from './retry-policy';

const failed = (retryAfterMs: number | null = null, outcome: AttemptOutcome = 'HTTP_ERROR') => ({ outcome, retryAfterMs }); // prettier-ignore
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the wait before a retry', () => {
  it('is 1, 2 and 4 s by STANDARD, whatever the dice say', () => {
    for (const random of [0, 0.5, 0.999])
      expect([1, 2, 3, 4, 5].map((n) => nextRetryDelay('STANDARD', n, failed(), random))).toEqual([
        1_000,
        2_000,
        4_000,
        null,
        null,
      ]);
  });

  it('is 1, 2, 4 s, 1, 5, 30 min, 2, 5, 10, 10 h by EXTENDED', () => {
    const waits = [1_000, 2_000, 4_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    expect(RETRY_DELAYS_MS.EXTENDED).toEqual(waits);
    expect(waits.map((_, i) => nextRetryDelay('EXTENDED', i + 1, failed(), 0))).toEqual(waits);
    expect(nextRetryDelay('EXTENDED', 11, failed(), 0)).toBeNull();
  }); // prettier-ignore

  it.each([
    [3, 0.999, 4_000],
    [4, 0.5, 63_000],
    [4, 0.999_999, 66_000],
    [10, 1 - Number.EPSILON, 11 * HOUR],
  ])('of EXTENDED is stretched from a minute on: attempt %d, %d', (position, random, wait) => {
    expect(nextRetryDelay('EXTENDED', position, failed(), random)).toBe(wait);
  });

  it.each<[string, 'STANDARD' | 'EXTENDED', number, number | null, number | null]>([
    ['is honoured by EXTENDED', 'EXTENDED', 1, 30_000, 30_000],
    ['cannot shorten a wait', 'EXTENDED', 4, 1_000, MINUTE],
    ['of a date that has passed changes nothing', 'EXTENDED', 1, 0, 1_000],
    ['does not change the times that STANDARD promises', 'STANDARD', 1, 30_000, 1_000],
    ['does not lengthen a run that is over', 'EXTENDED', 11, 30_000, null],
  ])('a Retry-After %s', (_, policy, position, retryAfterMs, wait) => {
    expect(nextRetryDelay(policy, position, failed(retryAfterMs), 0)).toBe(wait);
  });

  it('does not follow when nothing was sent', () => {
    expect(nextRetryDelay('EXTENDED', 1, failed(null, 'NOT_SENT'), 0)).toBeNull();
  });
});
