/**
 * Times, always shown in one zone that the reader has chosen, with the zone named beside them.
 * `zone` is an IANA name such as `Europe/Berlin`.
 */

/** How many minutes a zone is ahead of UTC at a moment. */
export function offsetMinutes(zone: string, at: Date): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

/** `UTC`, `UTC+1`, `UTC−3:30`. */
export function zoneLabel(zone: string, at: Date): string {
  const offset = offsetMinutes(zone, at);
  if (offset === 0) return 'UTC';
  const hours = Math.floor(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  return `UTC${offset < 0 ? '−' : '+'}${hours}${minutes ? `:${String(minutes).padStart(2, '0')}` : ''}`;
}

/** `24 Nov 2026, 10:42:07.123 UTC+1` */
export function fullTime(at: Date, zone: string): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(at);
  return `${text} ${zoneLabel(zone, at)}`;
}

/** `24 Nov, 10:42:07`; with the year when it is not this one. */
export function shortTime(at: Date, zone: string, now = new Date()): string {
  const year = (date: Date): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric' }).format(date);
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    ...(year(at) === year(now) ? {} : { year: 'numeric' as const }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** `24 Nov 2026` */
export function dateOnly(at: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(at);
}

const STEPS: [limitSeconds: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [30 * 86_400, 86_400, 'day'],
  [365 * 86_400, 30 * 86_400, 'month'],
  [Infinity, 365 * 86_400, 'year'],
];

/** `just now`, `3 minutes ago`, `in 2 days`. */
export function relativeTime(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 5) return 'just now';
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit)!;
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

/** `0.8 s`, `4 s`, `1 min 05 s`, `2 h 03 min`: what is left until a moment. */
export function countdown(milliseconds: number): string {
  if (milliseconds <= 0) return 'now';
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `84 ms`, `1.2 s`, `1 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  return countdown(milliseconds);
}

/** A moment as an `<input type="datetime-local">` shows it, in a zone. */
export function toWallTime(at: Date, zone: string): string {
  return new Date(at.getTime() + offsetMinutes(zone, at) * 60_000).toISOString().slice(0, 16);
}

/**
 * The moment that a wall clock of the zone shows. A time that the clock skips or has twice (summer time) takes the
 * offset that holds before the change.
 * @returns null where the text is no time.
 */
export function fromWallTime(text: string, zone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return null;
  const asUtc = new Date(`${text}Z`);
  if (Number.isNaN(asUtc.getTime())) return null;
  const guess = new Date(asUtc.getTime() - offsetMinutes(zone, asUtc) * 60_000);
  return new Date(asUtc.getTime() - offsetMinutes(zone, new Date(guess.getTime() - 1)) * 60_000);
}
