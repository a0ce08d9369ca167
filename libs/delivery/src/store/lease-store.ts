import { Injectable } from '@nestjs/common';
import { HotPathSql, plainArray } from '@app/platform';
import { putBack } from './put-back';

/** What others still have in hand is left alone, even if a dead dispatcher's lease names it too. */
export const TAKE_OVER = {
  name: 'deliveries.take-over',
  text: `
    with ended as (
      delete from delivery_leases where id = any ($1::uuid[]) returning delivery_ids
    )
    ${putBack(
      'due_at',
      `mine.id = any (select unnest(delivery_ids) from ended)
          and not exists (
            select from delivery_leases as other where other.id <> all ($1::uuid[]) and mine.id = any (other.delivery_ids)
          )`,
    )}`,
};

const OF_DISPATCHERS = {
  name: 'leases.of-dispatchers',
  text: `
    select id from delivery_leases
    where dispatcher_id = any ($1::uuid[]) and created_at < now() - $2::int * interval '1 millisecond'
    order by id`,
};

/** Holders that are registered nowhere: they left in order, or never came to their first heartbeat. */
const UNKNOWN_HOLDERS = {
  name: 'leases.unknown-holders',
  text: `
    select dispatcher_id from delivery_leases
    where created_at < now() - interval '30 seconds'
      and not exists (select from dispatchers where dispatchers.id = dispatcher_id)
    union
    select dispatcher_id from manual_attempts
    where dispatcher_id is not null and created_at < now() - interval '30 seconds'
      and not exists (select from dispatchers where dispatchers.id = dispatcher_id)`,
};

const CLOSE = { name: 'leases.close', text: 'delete from delivery_leases where id = any ($1::uuid[])' };

/** Looking through what others hold costs by the lease; a dead dispatcher can leave thousands. */
const AT_ONCE = 20;

/** Who has what in hand, as PostgreSQL knows it. */
@Injectable()
export class LeaseStore {
  constructor(private readonly sql: HotPathSql) {}

  /** Leases of dispatchers that were made at least so long ago, in milliseconds. */
  async of(dispatcherIds: readonly string[], olderThanMs = 0): Promise<string[]> {
    const rows = await this.sql.tuples<[string]>(OF_DISPATCHERS, [plainArray(dispatcherIds), olderThanMs]);
    return rows.map(([id]) => id);
  }

  async unknownHolders(): Promise<string[]> {
    return (await this.sql.tuples<[string]>(UNKNOWN_HOLDERS, [])).map(([id]) => id);
  }

  /** Forgets leases of which nothing is in hand any more. */
  async close(leases: readonly { id: string }[]): Promise<void> {
    if (leases.length > 0) await this.sql.execute(CLOSE, [plainArray(leases.map(({ id }) => id))]);
  }

  /** Makes everything due again that is still in hand under leases whose holder is gone. @returns how many. */
  async takeOver(leaseIds: readonly string[]): Promise<number> {
    let count = 0;
    for (let i = 0; i < leaseIds.length; i += AT_ONCE) {
      count += await this.sql.execute(TAKE_OVER, [plainArray(leaseIds.slice(i, i + AT_ONCE))]);
    }
    return count;
  }
}
