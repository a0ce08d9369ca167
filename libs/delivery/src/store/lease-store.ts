import { Injectable } from '@nestjs/common';
import { HotPathSql, plainArray } from '@app/platform';

/**
 * A lease that is taken over becomes a retry batch of the same id, due now. No delivery is looked at: those that were
 * settled, put back, or claimed again since belong to another claim by then, and the batch does not touch them. So it
 * costs the same however much the dead dispatcher, or any other, had claimed. $2 leases at most.
 */
const toBatches = (chosen: string): string => `
    with ended as (
      delete from delivery_leases where id = any (array(${chosen} order by id limit $2::int for update skip locked))
      returning id, delivery_ids
    ), batched as (
      insert into retry_batches (id, due_at, delivery_ids) select id, now(), delivery_ids from ended
    )
    select count(*)::int, coalesce(sum(cardinality(delivery_ids)), 0)::int from ended`;

export const TAKE_OVER = {
  name: 'leases.take-over',
  text: toBatches('select id from delivery_leases where id = any ($1::uuid[])'),
};

export const TAKE_OVER_OF_DISPATCHERS = {
  name: 'leases.take-over-of-dispatchers',
  text: toBatches('select id from delivery_leases where dispatcher_id = any ($1::uuid[])'),
};

const OF_DISPATCHER = {
  name: 'leases.of-dispatcher',
  text: `
    select id from delivery_leases
    where dispatcher_id = $1::uuid and created_at < now() - $2::int * interval '1 millisecond'`,
};

/** Holders that are registered nowhere: they signed off, or never came to their first heartbeat. */
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

/** Leases in one step of taking over: their deliveries then become due within milliseconds of each other. */
const AT_ONCE = 500;

/** Which dispatcher has claimed what, as PostgreSQL knows it. */
@Injectable()
export class LeaseStore {
  constructor(private readonly sql: HotPathSql) {}

  /** Leases of a dispatcher that were made at least this many milliseconds ago. */
  async of(dispatcherId: string, olderThanMs: number): Promise<string[]> {
    const rows = await this.sql.tuples<[string]>(OF_DISPATCHER, [dispatcherId, olderThanMs]);
    return rows.map(([id]) => id);
  }

  async unknownHolders(): Promise<string[]> {
    return (await this.sql.tuples<[string]>(UNKNOWN_HOLDERS, [])).map(([id]) => id);
  }

  /** Deletes leases of which everything is settled or put back. */
  async close(leaseIds: readonly string[]): Promise<void> {
    if (leaseIds.length > 0) await this.sql.execute(CLOSE, [plainArray(leaseIds)]);
  }

  /** Makes everything due that is still claimed by leases. @returns deliveries at most: some may have been settled. */
  takeOver(leaseIds: readonly string[]): Promise<number> {
    return this.takeOverAll(TAKE_OVER, leaseIds);
  }

  /** Makes everything due that dispatchers that are gone had claimed. @returns deliveries at most. */
  takeOverOf(dispatcherIds: readonly string[]): Promise<number> {
    return this.takeOverAll(TAKE_OVER_OF_DISPATCHERS, dispatcherIds);
  }

  private async takeOverAll(
    statement: { name: string; text: string },
    ids: readonly string[],
  ): Promise<number> {
    for (let count = 0; ;) {
      const [[leases, deliveries]] = await this.sql.tuples<[number, number]>(statement, [
        plainArray(ids),
        AT_ONCE,
      ]);
      count += deliveries;
      if (leases < AT_ONCE) return count;
    }
  }
}
