const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?))?$/;

/** Most times come as they are wanted; those are told at a glance. The last days of a month are left to the calendar. */
const NORMAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** How a time must be spelt, for error messages. */
export const ISO_TIME_RULE = 'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z';

/**
 * Reads an ISO 8601 time and spells it in UTC with milliseconds; finer fractions are cut off.
 * Null for what is no such time: no offset (whose time zone would it be?), 30 February, a unix time.
 * @param dateAlone whether a date without a time is welcome; it stands for its midnight in UTC.
 */
export function normaliseTime(text: string, dateAlone = false): string | null {
  if (NORMAL_TIME.test(text)) return text;
  const match = ISO_TIME.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  if (hour === undefined && !dateAlone) return null;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return null;

  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // The calendar carries 30 February over to March; we don't.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  date.setUTCHours(
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3)),
  );
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -1 : 1);
  if (offset !== 0) date.setTime(date.getTime() - offset * 60_000);
  // An offset can carry the first and last day of four-digit years beyond them.
  const year4 = date.getUTCFullYear();
  return year4 < 0 || year4 > 9999 ? null : date.toISOString();
}
