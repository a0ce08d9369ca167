import { parseRetryAfter } from './retry-after';

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0);
const HOUR = 3_600_000;

describe('Retry-After', () => {
  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['', null],
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['3600', HOUR],
    ['3601', HOUR],
    ['86400', HOUR],
    ['9999999999', HOUR],
    ['-5', null],
    ['1.5', 1_500],
    ['0.2501', 251],
    ['.5', 500],
    ['1.', 1_000],
    ['1.2.3', null],
    ['1e3', null],
    ['soon', null],
    ['2026', 2_026_000],
    ['2026-11-25', null],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['Wed, 25 Nov 2036 10:00:00 GMT', HOUR],
    ['Tuesday, 24-Nov-26 10:00:10 GMT', 10_000],
    ['120, 240', null],
  ])('%j is %s ms', (value, ms) => expect(parseRetryAfter(value, NOW)).toBe(ms));
});
