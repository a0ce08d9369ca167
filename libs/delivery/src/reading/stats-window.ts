import { Problem } from '@app/platform';

const HOUR_MS = 3_600_000;
export const MAX_WINDOW_HOURS = 30 * 24;

/** Whole hours of time, the last of them the one that is running. */
export interface StatsWindow {
  since: Date;
  until: Date;
  /** The start of each hour, oldest first. */
  hours: Date[];
}

/**
 * The hours that a window such as `24h` or `7d` reaches back to. It is widened to whole hours: at 10:42, `1h` is
 * 09:00 to 10:42.
 * @throws Problem validation_failed
 */
export function parseWindow(window: string, now: Date): StatsWindow {
  const [, amount, unit] = /^([1-9]\d{0,3})([hd])$/.exec(window) ?? [];
  const length = Number(amount) * (unit === 'd' ? 24 : 1);
  if (!(length >= 1 && length <= MAX_WINDOW_HOURS)) {
    throw Problem.invalid([
      { path: 'window', message: 'must be hours or days up to 30 days, such as 24h or 7d' },
    ]);
  }
  const last = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: length + 1 }, (_, i) => new Date(last - (length - i) * HOUR_MS));
  return { since: hours[0], until: now, hours };
}
