import { parseWindow } from './stats-window';

const now = new Date('2026-11-23T10:42:13.500Z');

describe('the window of statistics', () => {
  it.each([
    ['1h', '2026-11-23T09:00:00.000Z', 2],
    ['24h', '2026-11-22T10:00:00.000Z', 25],
    ['7d', '2026-11-16T10:00:00.000Z', 169],
    ['30d', '2026-10-24T10:00:00.000Z', 721],
    ['720h', '2026-10-24T10:00:00.000Z', 721],
  ])('%s begins at %s, the start of an hour', (window, since, hours) => {
    const span = parseWindow(window, now);
    expect(span.since.toISOString()).toBe(since);
    expect(span.until).toBe(now);
    expect(span.hours).toHaveLength(hours);
    expect(span.hours[0]).toEqual(span.since);
    expect(span.hours.at(-1)!.toISOString()).toBe('2026-11-23T10:00:00.000Z');
  });

  it.each(['', '0h', '31d', '721h', '24', 'h', '1w', '1.5h', '-1h', ' 24h', '24h ', '9999d', '01h'])(
    'is not "%s"',
    (window) => {
      expect(() => parseWindow(window, now)).toThrow(/window/);
    },
  );
});
