import { firstIdAt, toUuid, type IdPrefix } from '../ids';

/** From a time on, and before another one; either may be open. */
export interface TimeWindow {
  since?: Date;
  until?: Date;
}

/** From one bare UUID on, and before another one. */
export interface IdRange {
  from: string;
  before: string;
}

/** Adds a value to a statement and gives its placeholder. */
export type Bind = (value: unknown) => string;

const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Ids carry the clock of the process that made them, `created_at` that of PostgreSQL; they may differ by this much. */
const CLOCK_SLACK_MS = 60_000;

/** @returns what collects the values of a statement. */
export function binder(values: unknown[]): Bind {
  return (value) => `$${values.push(value)}`;
}

/**
 * The ids that can have been made within a window, for an index to follow. It is a little too wide, so the exact
 * condition (`createdWithin`) has to stand beside it.
 * @param limits narrows it: `after` is the id that the page before ended with, in the direction of reading.
 */
export function idRange(
  { since, until }: TimeWindow,
  limits: { before?: string | null; after?: string | null } = {},
): IdRange {
  // The prefix is cut off again: any will do.
  const idAt = (time: Date, ms: number): string =>
    toUuid(firstIdAt<IdPrefix>('evt', new Date(time.getTime() + ms)));
  const from = [LOWEST, since && idAt(since, -CLOCK_SLACK_MS), limits.after && toUuid(limits.after)];
  const before = [HIGHEST, until && idAt(until, CLOCK_SLACK_MS), limits.before && toUuid(limits.before)];
  return {
    from: from.filter((id) => typeof id === 'string').reduce((a, b) => (a > b ? a : b)),
    before: before.filter((id) => typeof id === 'string').reduce((a, b) => (a < b ? a : b)),
  };
}

/**
 * Rows of one owner within a range of ids, in a form whose order only an index on `(owner, id)` can give; to be ordered
 * by both, in the same direction.
 *
 * `owner = … order by id limit 50` would do for most. But PostgreSQL then knows that the order is that of `id` alone,
 * and to it an owner of many rows looks as if a walk along the primary key would soon meet 50 of them: where they are
 * all old, it passes millions of others. `= any` with one element hides that there is one owner, and nothing else.
 */
export function ownedRange(owner: string, id: string, ownerId: string, range: IdRange, bind: Bind): string {
  return `${owner} = any (${bind([ownerId])}::uuid[]) and ${id} >= ${bind(range.from)} and ${id} < ${bind(range.before)}`;
}

/** The exact condition for rows made within a window. */
export function createdWithin({ since, until }: TimeWindow, bind: Bind, column = 'created_at'): string[] {
  return [
    ...(since ? [`${column} >= ${bind(since)}`] : []),
    ...(until ? [`${column} < ${bind(until)}`] : []),
  ];
}
