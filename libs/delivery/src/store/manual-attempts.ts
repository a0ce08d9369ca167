import { Injectable } from '@nestjs/common';
import { HotPathSql, plainArray } from '@app/platform';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { Lease } from '../claims/lease';
import { toClaimedDelivery } from './delivery-store';

/**
 * Draws a number for each request that no dispatcher has taken. If the next automatic attempt has not drawn its number
 * yet, it gets the one after that, in the same position of its run: automatic retries that are still due are kept.
 * $3 requests at most.
 */
export const CLAIM_MANUAL = {
  name: 'manual-attempts.claim',
  text: `
    with chosen as (
      select id, delivery_id, trigger from manual_attempts
      where dispatcher_id is null and ($2::uuid[] is null or id = any ($2::uuid[]))
      order by id limit $3::int for update skip locked
    ), one_each as (
      select distinct on (delivery_id) id, delivery_id, trigger from chosen order by delivery_id, id
    ), taken as (
      update manual_attempts set dispatcher_id = $1::uuid from one_each where manual_attempts.id = one_each.id
    ), numbered as (
      update deliveries set attempt_count = attempt_count + 1,
        next_number = next_number + (case when next_number > attempt_count then attempt_count + 2 - next_number else 0 end),
        run_start = run_start + (case when next_number > attempt_count then attempt_count + 2 - next_number else 0 end)
      from one_each where deliveries.id = one_each.delivery_id
      returning deliveries.*, one_each.id as manual_id, one_each.trigger as began_by
    )
    select manual_id, numbered.id, numbered.account_id, webhook_id, format, began_by,
           attempt_count, 0, 0, event_id, event_type, occurred_at, test, data
    from numbered join events on events.id = event_id`,
};

const RELEASE = {
  name: 'manual-attempts.release',
  text: 'update manual_attempts set dispatcher_id = null where dispatcher_id = any ($1::uuid[])',
};

const TAKEN_BY = {
  name: 'manual-attempts.taken-by',
  text: 'select id from manual_attempts where dispatcher_id = $1::uuid order by id',
};

const GIVE_BACK = {
  name: 'manual-attempts.give-back',
  text: 'update manual_attempts set dispatcher_id = null where id = any ($1::uuid[])',
};

type ManualRow = [manualId: string, ...Parameters<typeof toClaimedDelivery>[0]];

/** Attempts that a person requested: kept in PostgreSQL from the request to the record of the attempt. */
@Injectable()
export class ManualAttempts {
  constructor(private readonly sql: HotPathSql) {}

  /**
   * @param ids those to take; all that wait when left out.
   * @param limit requests at most.
   * @returns claimed deliveries, each under the id of its request.
   */
  async claim(
    dispatcherId: string,
    ids: readonly string[] | null,
    limit: number,
  ): Promise<ClaimedDelivery[]> {
    const rows = await this.sql.tuples<ManualRow>(CLAIM_MANUAL, [
      dispatcherId,
      ids ? plainArray(ids) : null,
      limit,
    ]);
    return rows.map(([manualId, ...row]) => toClaimedDelivery(row, new Lease(manualId)));
  }

  /** What a dispatcher has taken, by PostgreSQL. */
  async takenBy(dispatcherId: string): Promise<string[]> {
    return (await this.sql.tuples<[string]>(TAKEN_BY, [dispatcherId])).map(([id]) => id);
  }

  /** Lets others take requests of which this dispatcher doesn't know that it took them: the answer to its claim was lost. */
  async giveBack(ids: readonly string[]): Promise<void> {
    await this.sql.execute(GIVE_BACK, [plainArray(ids)]);
  }

  /** Gives back what dispatchers that are gone had taken. */
  async release(dispatcherIds: readonly string[]): Promise<void> {
    await this.sql.execute(RELEASE, [plainArray(dispatcherIds)]);
  }
}
