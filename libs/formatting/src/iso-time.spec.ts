import fc from 'fast-check';
import { normaliseTime } from './iso-time';

describe('normaliseTime', () => {
  it.each([
    ['2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T10:00Z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23t10:00:00z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T10:00:00.5Z', '2026-11-23T10:00:00.500Z'],
    ['2026-11-23T10:00:00,25Z', '2026-11-23T10:00:00.250Z'],
    ['2026-11-23T10:00:00.123456Z', '2026-11-23T10:00:00.123Z'],
    ['2026-11-23T10:00:00.999999999Z', '2026-11-23T10:00:00.999Z'],
    ['2026-11-23T10:00:00+01:00', '2026-11-23T09:00:00.000Z'],
    ['2026-11-23T10:00:00-0530', '2026-11-23T15:30:00.000Z'],
    ['2026-11-23T10:00:00+05', '2026-11-23T05:00:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00.000Z'],
    ['0099-03-01T00:00:00Z', '0099-03-01T00:00:00.000Z'],
  ])('reads %s as %s', (text, expected) => {
    expect(normaliseTime(text)).toBe(expected);
  });

  it.each([
    '2026-11-23T10:00:00',
    '2026-11-23',
    '2026-02-30T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-00-10T10:00:00Z',
    '2026-11-00T10:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:60:00Z',
    '2026-11-23T10:00:61Z',
    '2026-11-23T10:00:60Z',
    '2016-12-31T23:59:60+01:00',
    '9999-12-31T23:59:60Z',
    '2026-11-23T10:00:00+24:00',
    '2026-11-23 10:00:00Z',
    '2026-11-23T10:00:00.Z',
    '1764064800',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    'yesterday',
    '',
    ' 2026-11-23T10:00:00Z',
    '2026-11-23T10:00:00Z\n',
  ])('refuses %j', (text) => {
    expect(normaliseTime(text)).toBeNull();
  });

  it.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.25Z', '2017-01-01T00:00:00.250Z'],
    ['2016-12-31T18:59:60-05:00', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T05:29:60+05:30', '2017-01-01T00:00:00.000Z'],
  ])('reads the leap second %s as the second after it', (text, expected) => {
    expect(normaliseTime(text)).toBe(expected);
  });

  it('keeps a date alone, only where one is accepted', () => {
    expect(normaliseTime('2026-12-01', true)).toBe('2026-12-01');
    expect(normaliseTime('2026-02-30', true)).toBeNull();
  });

  it('keeps any instant that has milliseconds, whatever its offset (property)', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('1000-01-02T00:00:00Z'),
          max: new Date('9999-12-30T00:00:00Z'),
          noInvalidDate: true,
        }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, offset) => {
          expect(normaliseTime(date.toISOString())).toBe(date.toISOString());
          const there = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const pad = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
          const spelt = `${there}${offset < 0 ? '-' : '+'}${pad(offset / 60)}:${pad(Math.abs(offset) % 60)}`;
          expect(normaliseTime(spelt)).toBe(date.toISOString());
        },
      ),
    );
  });
});
