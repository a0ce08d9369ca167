import {
  countdown,
  fromWallTime,
  fullTime,
  offsetMinutes,
  relativeTime,
  shortTime,
  toWallTime,
  zoneLabel,
} from './time';

const winter = new Date('2026-11-24T09:42:07.123Z');
const summer = new Date('2026-07-01T09:42:07.000Z');

describe('times in a chosen zone', () => {
  it.each([
    ['UTC', winter, 0, 'UTC'],
    ['Europe/Berlin', winter, 60, 'UTC+1'],
    ['Europe/Berlin', summer, 120, 'UTC+2'],
    ['America/St_Johns', winter, -210, 'UTC−3:30'],
    ['Asia/Kathmandu', summer, 345, 'UTC+5:45'],
  ])('knows the offset of %s', (zone, at, minutes, label) => {
    expect(offsetMinutes(zone, at)).toBe(minutes);
    expect(zoneLabel(zone, at)).toBe(label);
  });

  it('names the zone in the full time', () => {
    expect(fullTime(winter, 'Europe/Berlin')).toBe('24 Nov 2026, 10:42:07.123 UTC+1');
  });

  it('leaves the year out only when it is this one', () => {
    expect(shortTime(winter, 'UTC', winter)).toBe('24 Nov, 09:42:07');
    expect(shortTime(winter, 'UTC', new Date('2027-03-01T00:00:00Z'))).toBe('24 Nov 2026, 09:42:07');
  });

  it.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'])(
    'reads back what it put into an input, in %s',
    (zone) => {
      for (const at of [winter, summer, new Date('2026-03-29T12:00:00Z')]) {
        expect(fromWallTime(toWallTime(at, zone), zone)?.getTime()).toBe(
          Math.floor(at.getTime() / 60_000) * 60_000,
        );
      }
    },
  );

  it('does not take a text that is no time', () => {
    expect(fromWallTime('', 'UTC')).toBeNull();
    expect(fromWallTime('2026-13-01T00:00', 'UTC')).toBeNull();
  });
});

describe('spans', () => {
  it.each([
    [-1, 'now'],
    [800, '0.8 s'],
    [42_100, '43 s'],
    [65_000, '1 min 05 s'],
    [7_380_000, '2 h 03 min'],
  ])('counts %d ms down as %s', (milliseconds, text) => expect(countdown(milliseconds)).toBe(text));

  it.each([
    [2, 'just now'],
    [-90, '1 minute ago'],
    [-7200, '2 hours ago'],
    [86_400 * 2, 'in 2 days'],
  ])('tells %d s as %s', (seconds, text) => {
    expect(relativeTime(new Date(winter.getTime() + seconds * 1000), winter)).toBe(text);
  });
});
