import type { QueryResultRow } from 'pg';
import type { Sql } from './sql';
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

/** @returns what collects the values of a statement. */
export function binder(values: unknown[]): Bind {
  return (value) => `$${values.push(value)}`;
}

/**
 * The ids that were made within a window, for an index to follow: an id's own time is the time at which its row was made.
 * @param limits narrows it to what comes before an id, or from an id on.
 */
export function idRange(
  { since, until }: TimeWindow,
  limits: { before?: string | null; from?: string | null } = {},
): IdRange {
  // The prefix is cut off again: any will do.
  const idAt = (time: Date): string => toUuid(firstIdAt<IdPrefix>('evt', time));
  const from = [LOWEST, since && idAt(since), limits.from && toUuid(limits.from)];
  const before = [HIGHEST, until && idAt(until), limits.before && toUuid(limits.before)];
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
 * And since it takes a narrow range of ids for next to nothing (it has no measure for uuids), which it would read whole
 * and sort, such a query is to be run by `rowsInIndexOrder`.
 */
export function ownedRange(owner: string, id: string, ownerId: string, range: IdRange, bind: Bind): string {
  return `${owner} = any (${bind([ownerId])}::uuid[]) and ${id} >= ${bind(range.from)} and ${id} < ${bind(range.before)}`;
}

/** Runs a query that has its order from an index (see `ownedRange`), without the choice of another way. */
export function rowsInIndexOrder<Row extends QueryResultRow>(
  sql: Pick<Sql, 'transaction'>,
  query: { text: string; values: unknown[] },
): Promise<Row[]> {
  return sql.transaction(async (client) => {
    await client.query(IN_INDEX_ORDER);
    return (await client.query<Row>(query.text, query.values)).rows;
  });
}

/** For a transaction that runs such queries itself. */
export const IN_INDEX_ORDER = 'set local enable_sort = off';
