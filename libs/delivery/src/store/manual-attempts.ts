import { Injectable } from '@nestjs/common';
import { HotPathSql, plainArray } from '@app/platform';
import type { InHand } from '../engine/in-hand';
import { toInHand } from './delivery-store';

/**
 * Draws a number for each wish that nobody has taken yet. While the delivery's own run goes on, the run is moved along,
 * so that the retries that are still due are kept.
 */
const CLAIM = {
  name: 'manual-attempts.claim',
  text: `
    with chosen as (
      select id, delivery_id, trigger from manual_attempts
      where dispatcher_id is null and ($2::uuid[] is null or id = any ($2::uuid[]))
      order by id limit 200 for update skip locked
    ), one_each as (
      select distinct on (delivery_id) id, delivery_id, trigger from chosen order by delivery_id, id
    ), taken as (
      update manual_attempts set dispatcher_id = $1::uuid from one_each where manual_attempts.id = one_each.id
    ), numbered as (
      update deliveries set attempt_count = attempt_count + 1, run_start = run_start + 1
      from one_each where deliveries.id = one_each.delivery_id
      returning deliveries.*, one_each.id as manual_id, one_each.trigger as began_by
    )
    select manual_id, numbered.id, numbered.account_id, webhook_id, format, began_by,
           attempt_count, 0, event_id, event_type, occurred_at, test, data
    from numbered join events on events.id = event_id`,
};

const RELEASE = {
  name: 'manual-attempts.release',
  text: 'update manual_attempts set dispatcher_id = null where dispatcher_id = any ($1::uuid[])',
};

const TAKEN_BY = {
  name: 'manual-attempts.taken-by',
  text: 'select id from manual_attempts where dispatcher_id = $1::uuid order by id limit 1000',
};

const GIVE_BACK = {
  name: 'manual-attempts.give-back',
  text: 'update manual_attempts set dispatcher_id = null where id = any ($1::uuid[])',
};

type ManualRow = [manualId: string, ...Parameters<typeof toInHand>[0]];

/** Attempts that a person asked for: kept in PostgreSQL from the asking to the record of the attempt. */
@Injectable()
export class ManualAttempts {
  constructor(private readonly sql: HotPathSql) {}

  /**
   * @param ids those to take; all that wait when left out.
   * @returns deliveries in hand, each under the id of its wish.
   */
  async claim(dispatcherId: string, ids?: readonly string[]): Promise<InHand[]> {
    const rows = await this.sql.tuples<ManualRow>(CLAIM, [dispatcherId, ids ? plainArray(ids) : null]);
    return rows.map(([manualId, ...row]) => toInHand(row, { id: manualId, open: 1 }));
  }

  /** What a dispatcher has taken, by PostgreSQL. */
  async takenBy(dispatcherId: string): Promise<string[]> {
    return (await this.sql.tuples<[string]>(TAKEN_BY, [dispatcherId])).map(([id]) => id);
  }

  /** Lets others have wishes that were taken, and whose taker doesn't know of it: the answer to its claim was lost. */
  async giveBack(ids: readonly string[]): Promise<void> {
    await this.sql.execute(GIVE_BACK, [plainArray(ids)]);
  }

  /** Gives back what dispatchers had taken that are gone. */
  async release(dispatcherIds: readonly string[]): Promise<void> {
    await this.sql.execute(RELEASE, [plainArray(dispatcherIds)]);
  }
}
