const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?))?$/;

/** Most times arrive in the form in which they are sent. The last days of a month are left to the calendar. */
const NORMAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** How a time must be written, for error messages. */
export const ISO_TIME_RULE = 'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads an ISO 8601 time and writes it in UTC with milliseconds; finer fractions are cut off. A leap second
 * (23:59:60 UTC) becomes the second after it, as in Unix time.
 * @param dateAlone whether a date without a time is accepted; it stays a date, `2026-12-01`.
 * @returns null for anything else: no offset (the time zone would be a guess), 30 February, a Unix time.
 */
export function normaliseTime(text: string, dateAlone = false): string | null {
  if (NORMAL_TIME.test(text)) return text;
  const match = ISO_TIME.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // `Date` carries 30 February over to March.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (hour === undefined) return dateAlone ? text : null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return null;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return null;

  const isLeapSecond = second === '60';
  date.setUTCHours(
    Number(hour),
    Number(minute),
    isLeapSecond ? 59 : Number(second ?? 0),
    fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3)),
  );
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -1 : 1);
  if (offset !== 0) date.setTime(date.getTime() - offset * MINUTE_MS);
  if (isLeapSecond) {
    if (date.getTime() - Math.floor(date.getTime() / DAY_MS) * DAY_MS < DAY_MS - 1000) return null;
    date.setTime(date.getTime() + 1000);
  }
  // An offset can move the first and last day of four-digit years beyond them.
  const year4 = date.getUTCFullYear();
  return year4 < 0 || year4 > 9999 ? null : date.toISOString();
}
