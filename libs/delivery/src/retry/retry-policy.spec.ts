import type { AttemptOutcome } from '../attempt';
import { MAX_HOLDS, nextRetry, RETRY_DELAYS_MS } from './retry-policy';

const failed = (retryAfterMs: number | null = null, outcome: AttemptOutcome = 'HTTP_ERROR') => ({ outcome, retryAfterMs }); // prettier-ignore
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the wait before a retry', () => {
  it('is 1, 2 and 4 s by STANDARD, whatever the dice say', () => {
    for (const random of [0, 0.5, 0.999])
      expect([1, 2, 3, 4, 5].map((n) => nextRetry('STANDARD', n, 0, failed(), random)?.inMs ?? null)).toEqual(
        [1_000, 2_000, 4_000, null, null],
      );
  });

  it('is 1, 2, 4 s, 1, 5, 30 min, 2, 5, 10, 10 h by EXTENDED', () => {
    const waits = [1_000, 2_000, 4_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    expect(RETRY_DELAYS_MS.EXTENDED).toEqual(waits);
    expect(waits.map((_, i) => nextRetry('EXTENDED', i + 1, 0, failed(), 0)?.inMs)).toEqual(waits);
    expect(nextRetry('EXTENDED', 11, 0, failed(), 0)).toBeNull();
  }); // prettier-ignore

  it.each([
    [3, 0.999, 4_000],
    [4, 0.5, 62_500],
    [4, 0.999_999, 65_000],
    [10, 1 - Number.EPSILON, 11 * HOUR - 1_000],
  ])('of EXTENDED is stretched from a minute on: attempt %d, %d', (position, random, wait) => {
    expect(nextRetry('EXTENDED', position, 0, failed(), random)?.inMs).toBe(wait);
  });

  it.each<[string, 'STANDARD' | 'EXTENDED', number, number, number]>([
    ['lengthens a wait', 'STANDARD', 1, 30_000, 30_000],
    ['lengthens a wait of EXTENDED', 'EXTENDED', 1, 30_000, 30_000],
    ['cannot shorten a wait', 'EXTENDED', 4, 1_000, MINUTE],
    ['of a date that has passed changes nothing', 'STANDARD', 2, 0, 2_000],
    ['continues a run that is over', 'STANDARD', 4, 30_000, 30_000],
    ['of nothing, after the last attempt, waits a second', 'STANDARD', 4, 0, 1_000],
  ])('a Retry-After %s, and uses up no retry', (_, policy, position, retryAfterMs, inMs) => {
    expect(nextRetry(policy, position, 0, failed(retryAfterMs), 0)).toEqual({ inMs, counts: false });
  });

  it('a Retry-After counts as a failure like any other after ten of them', () => {
    expect(nextRetry('STANDARD', 1, MAX_HOLDS - 1, failed(5_000), 0)).toEqual({ inMs: 5_000, counts: false });
    expect(nextRetry('STANDARD', 1, MAX_HOLDS, failed(5_000), 0)).toEqual({ inMs: 5_000, counts: true });
    expect(nextRetry('STANDARD', 4, MAX_HOLDS, failed(5_000), 0)).toBeNull();
  });

  it('does not follow when nothing was sent', () => {
    expect(nextRetry('EXTENDED', 1, 0, failed(null, 'NOT_SENT'), 0)).toBeNull();
  });
});
