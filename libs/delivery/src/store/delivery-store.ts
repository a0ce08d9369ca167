import { Injectable } from '@nestjs/common';
import type { EventType, FormatName } from '@app/formatting';
import { fromUuid, HotPathSql, plainArray, toUuid, uuidv7 } from '@app/platform';
import type { AttemptTrigger } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { EventContent } from '../claims/event-content';
import { Lease } from '../claims/lease';

/** A delivery that was claimed for its retry: its event's content may still be in memory. */
export interface ClaimedRetry extends Omit<ClaimedDelivery, 'event'> {
  eventId: string;
  eventType: EventType;
  isExpunged: boolean;
}

type ClaimRow = [
  id: string, accountId: string, webhookId: string, format: FormatName, trigger: AttemptTrigger,
  number: number, position: number, holds: number, eventId: string, eventType: EventType,
]; // prettier-ignore

type ContentRow = [occurredAt: Date, test: boolean, data: string | null];

/** What a claim returns of each delivery. Drawn numbers that were not used are used by the next claim. */
const CLAIM = `
  deliveries.id, deliveries.account_id, deliveries.webhook_id, deliveries.format, deliveries.trigger,
  deliveries.next_number as number, deliveries.next_number - deliveries.run_start as position, deliveries.holds,
  deliveries.event_id, deliveries.event_type`;

/** $1 the new lease, $2 the dispatcher. */
const LEASE_OF_CLAIMED = `
  insert into delivery_leases (id, dispatcher_id, delivery_ids)
  select $1::uuid, $2::uuid, array_agg(id) from claimed having count(*) > 0`;

/**
 * Deleting the batch is the claim: of two dispatchers, one gets it. A delivery that is no longer of the batch (another
 * dispatcher had it, a manual attempt succeeded) is left alone.
 */
const claimBatches = (chosen: string): string => `
    with batch as (
      delete from retry_batches where id = any (array(${chosen} for update skip locked)) returning id, delivery_ids
    ), waiting as (
      select id as batch_id, unnest(delivery_ids) as delivery_id from batch
    ), claimed as (
      update deliveries set claim_id = $1::uuid, retry_at = null, attempt_count = greatest(attempt_count, next_number)
      from waiting
      where deliveries.id = waiting.delivery_id and status = 'PENDING' and parked_at is null
        and (claim_id is null or claim_id = waiting.batch_id)
      returning ${CLAIM}
    ), lease as (${LEASE_OF_CLAIMED})
    select claimed.*, exists (select from events where events.id = event_id and data is null), (select count(*)::int from batch)
    from (select 1) as always left join claimed on true`;

/** $3 the lowest id of the batches, $4 the lowest above them, $5 batches at most. Never early, by PostgreSQL's clock. */
export const CLAIM_SCHEDULED = {
  name: 'retry-batches.claim-scheduled',
  text: claimBatches(`
      select id from retry_batches
      where id >= $3::uuid and id < $4::uuid and due_at < now() + interval '100 milliseconds'
      order by id limit $5::int`),
};

/** $3 overdue by this many milliseconds, $4 batches at most. */
export const CLAIM_OVERDUE = {
  name: 'retry-batches.claim-overdue',
  text: claimBatches(`
      select id from retry_batches where due_at < now() - $3::int * interval '1 millisecond'
      order by due_at limit $4::int`),
};

export const CLAIM_PARKED = {
  name: 'deliveries.claim-parked',
  text: `
    with chosen as (
      select waiting.id from unnest($3::uuid[], $4::int[]) as wanted (webhook_id, count)
      cross join lateral (
        select id from deliveries where webhook_id = wanted.webhook_id and parked_at is not null
        order by parked_at limit wanted.count for update skip locked
      ) as waiting
    ), claimed as (
      update deliveries set claim_id = $1::uuid, parked_at = null, due_at = null, retry_at = null,
                            attempt_count = greatest(attempt_count, next_number)
      from chosen where deliveries.id = chosen.id
      returning ${CLAIM}
    ), lease as (${LEASE_OF_CLAIMED})
    select claimed.*, occurred_at, test, data from claimed join events on events.id = event_id`,
};

const CONTENTS = {
  name: 'events.contents',
  text: 'select id, type, occurred_at, test, data from events where id = any ($1::uuid[])',
};

/**
 * Only what is still of this dispatcher's lease is put back: after this process stood still, another one may have taken
 * it over and be sending it. $1 deliveries, $2 the lease of each, $3 leases to delete.
 */
const putBack = (changes: string): string => `
    update deliveries set ${changes}
    from unnest($1::uuid[], $2::uuid[]) as given (id, lease_id)
    where deliveries.id = given.id and status = 'PENDING' and parked_at is null and due_at is null
      and (claim_id is null or claim_id = given.lease_id)`;

export const PARK = {
  name: 'deliveries.park',
  text: `
    with closed as (delete from delivery_leases where id = any ($3::uuid[]))
    ${putBack('parked_at = now(), claim_id = null')}`,
};

/** $4 the batch in which they wait for whichever dispatcher comes first. */
export const HAND_BACK = {
  name: 'deliveries.hand-back',
  text: `
    with closed as (delete from delivery_leases where id = any ($3::uuid[])),
    returned as (${putBack('claim_id = $4::uuid, retry_at = null')} returning deliveries.id, account_id)
    insert into retry_batches (id, due_at, delivery_ids, account_ids)
    select $4::uuid, now(), array_agg(id), array_agg(distinct account_id) from returned having count(*) > 0`,
};

/** Rows that wait by the columns of the version before this one, in batches of a tenth of a second. $1 rows at most. */
export const ADOPT_DUE = {
  name: 'deliveries.adopt-due',
  text: `
    with chosen as (
      select id, to_timestamp(ceil(extract(epoch from due_at) * 10) / 10) as due
      from deliveries where due_at is not null order by due_at limit $1::int for update skip locked
    ), batch as (
      select due, gen_random_uuid() as id from chosen group by due
    ), adopted as (
      update deliveries set due_at = null, retry_at = batch.due, claim_id = batch.id
      from chosen join batch on batch.due = chosen.due where deliveries.id = chosen.id
      returning deliveries.id, account_id, batch.id as batch_id, batch.due
    )
    insert into retry_batches (id, due_at, delivery_ids, account_ids)
    select batch_id, due, array_agg(id), array_agg(distinct account_id) from adopted group by batch_id, due`,
};

/** Webhooks that have parked deliveries: one step of the index for each, however many there are. */
export const WEBHOOKS_WITH_PARKED = {
  name: 'deliveries.webhooks-with-parked',
  text: `
    with recursive parked (webhook_id) as (
      (select webhook_id from deliveries where parked_at is not null order by webhook_id limit 1)
      union all
      select (select webhook_id from deliveries where parked_at is not null and deliveries.webhook_id > parked.webhook_id
              order by webhook_id limit 1)
      from parked where parked.webhook_id is not null
    )
    select parked.webhook_id, account_id from parked join webhooks on webhooks.id = parked.webhook_id`,
};

/** Moves deliveries between the three places where a pending one can be: a retry batch, parked, claimed. */
@Injectable()
export class DeliveryStore {
  constructor(private readonly sql: HotPathSql) {}

  /**
   * Claims batches that were scheduled under ids of a range.
   * @returns null when there was no batch left to claim.
   */
  claimScheduled(
    dispatcherId: string,
    ids: { from: string; below: string },
    batches: number,
  ): Promise<ClaimedRetry[] | null> {
    return this.claimBatches(CLAIM_SCHEDULED, dispatcherId, [ids.from, ids.below, batches]);
  }

  /**
   * Claims batches that have been due for this many milliseconds, the longest overdue first.
   * @returns null when there was no batch left to claim.
   */
  claimOverdue(dispatcherId: string, overdueByMs: number, batches: number): Promise<ClaimedRetry[] | null> {
    return this.claimBatches(CLAIM_OVERDUE, dispatcherId, [overdueByMs, batches]);
  }

  /** Claims parked deliveries, oldest first. */
  async claimParked(
    dispatcherId: string,
    wanted: { webhookId: string; count: number }[],
  ): Promise<ClaimedDelivery[]> {
    const lease = new Lease(uuidv7());
    const rows = await this.sql.tuples<[...ClaimRow, ...ContentRow]>(CLAIM_PARKED, [
      lease.id,
      dispatcherId,
      plainArray(wanted.map(({ webhookId }) => toUuid(webhookId))),
      plainArray(wanted.map(({ count }) => count)),
    ]);
    return rows.map((row) => toClaimedDelivery(row, lease));
  }

  /** What was said in the calls of events, by event id. An event that was erased is missing. */
  async contentsOf(eventIds: readonly string[]): Promise<Map<string, EventContent>> {
    const rows = await this.sql.tuples<[id: string, eventType: EventType, ...ContentRow]>(CONTENTS, [
      plainArray(eventIds.map(toUuid)),
    ]);
    return new Map(rows.map(([id, type, ...content]) => [fromUuid('evt', id), toContent(id, type, content)]));
  }

  /** Puts claimed deliveries where they wait for their endpoint to have capacity. */
  async park(deliveries: readonly PutBack[], endedLeases: readonly string[]): Promise<void> {
    await this.sql.execute(PARK, putBackValues(deliveries, endedLeases));
  }

  /** Puts claimed deliveries back, to be sent by whichever dispatcher comes first. */
  async handBack(deliveries: readonly PutBack[], endedLeases: readonly string[]): Promise<void> {
    await this.sql.execute(HAND_BACK, [...putBackValues(deliveries, endedLeases), uuidv7()]);
  }

  /** Moves rows that the version before this one made due. @returns whether there were any. */
  async adoptDue(limit: number): Promise<boolean> {
    return (await this.sql.execute(ADOPT_DUE, [limit])) > 0;
  }

  async webhooksWithParked(): Promise<{ webhookId: string; accountId: string }[]> {
    const rows = await this.sql.tuples<[string, string]>(WEBHOOKS_WITH_PARKED, []);
    return rows.map(([webhookId, accountId]) => ({
      webhookId: fromUuid('whk', webhookId),
      accountId: fromUuid('acc', accountId),
    }));
  }

  private async claimBatches(
    statement: { name: string; text: string },
    dispatcherId: string,
    values: unknown[],
  ): Promise<ClaimedRetry[] | null> {
    const lease = new Lease(uuidv7());
    type Row = [...ClaimRow, isExpunged: boolean, batches: number];
    const rows = await this.sql.tuples<Row>(statement, [lease.id, dispatcherId, ...values]);
    if (rows[0][11] === 0) return null;
    return rows
      .filter(([id]) => id !== null)
      .map((row) => ({
        ...toClaim(row, lease),
        eventId: fromUuid('evt', row[8]),
        eventType: row[9],
        isExpunged: row[10],
      }));
  }
}

type PutBack = Pick<ClaimedDelivery, 'id' | 'lease'>;

/** The first attempt of a run has the trigger that began the run; the others are retries. */
function toClaim(row: readonly unknown[], lease: Lease): Omit<ClaimedDelivery, 'event'> {
  const [id, accountId, webhookId, format, trigger, number, position, holds] = row as ClaimRow;
  return {
    id: fromUuid('dlv', id),
    accountId: fromUuid('acc', accountId),
    webhookId: fromUuid('whk', webhookId),
    format,
    trigger: position > 1 || holds > 0 ? 'retry' : trigger,
    number,
    position,
    holds,
    lease,
  };
}

function toContent(eventId: string, type: EventType, [occurredAt, test, data]: ContentRow): EventContent {
  return new EventContent(fromUuid('evt', eventId), type, occurredAt, test, data);
}

/** @param row of a claim that returns the event's content as well. */
export function toClaimedDelivery(row: [...ClaimRow, ...ContentRow], lease: Lease): ClaimedDelivery {
  const [, , , , , , , , eventId, eventType, ...content] = row;
  return { ...toClaim(row, lease), event: toContent(eventId, eventType, content) };
}

function putBackValues(deliveries: readonly PutBack[], endedLeases: readonly string[]): unknown[] {
  return [
    plainArray(deliveries.map(({ id }) => toUuid(id))),
    plainArray(deliveries.map(({ lease }) => lease.id)),
    plainArray(endedLeases),
  ];
}
