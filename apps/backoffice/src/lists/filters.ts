import { normaliseTime } from '@app/formatting';
import { firstIdAt, isId, toUuid, type IdPrefix } from '@app/platform';

export interface TimeRange {
  from?: string;
  to?: string;
}

/** What AdminJS's filter drawer (or a link) asks for, by property. */
export type FilterValues = Record<string, string | TimeRange | undefined>;

const NOTHING = '00000000-0000-0000-0000-000000000000';

export function textOf(filters: FilterValues, name: string): string | undefined {
  const value = filters[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The UUID of an id filter. What is no such id names nothing, rather than being a database error. */
export function uuidOf(filters: FilterValues, name: string, prefix: IdPrefix): string | undefined {
  const text = textOf(filters, name)?.toLowerCase();
  if (text === undefined) return undefined;
  return isId(prefix, text) ? toUuid(text) : NOTHING;
}

/** A whole number; what is none matches nothing. */
export function integerOf(filters: FilterValues, name: string): number | undefined {
  const text = textOf(filters, name);
  if (text === undefined) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

export function rangeOf(filters: FilterValues, name: string): { from?: Date; to?: Date } {
  const value = filters[name];
  if (typeof value !== 'object') return {};
  return { from: dateOf(value.from), to: dateOf(value.to) };
}

/** The ids of rows that were made within a time: ids sort by time, so the primary key serves it. */
export function idsWithin(
  column: string,
  range: { from?: Date; to?: Date },
  bind: (value: unknown) => string,
): string[] {
  const conditions: string[] = [];
  if (range.from) conditions.push(`${column} >= ${bind(toUuid(firstIdAt('dlv', range.from)))}`);
  if (range.to) conditions.push(`${column} < ${bind(toUuid(firstIdAt('dlv', range.to)))}`);
  return conditions;
}

/** What is no time of the calendar (30 February) is no condition; nothing is older than 1970. */
function dateOf(text: string | undefined): Date | undefined {
  const time = normaliseTime(text ?? '', true);
  return time === null ? undefined : new Date(Math.max(0, Date.parse(time)));
}
