import { Injectable } from '@nestjs/common';
import type { EventType, FormatName } from '@app/formatting';
import { fromUuid, HotPathSql, plainArray, toUuid, uuidv7 } from '@app/platform';
import type { AttemptTrigger } from '../attempt';
import { EventContent } from '../engine/event-content';
import type { InHand, Lease } from '../engine/in-hand';
import { putBack } from './put-back';

type ClaimedRow = [
  id: string, accountId: string, webhookId: string, format: FormatName, trigger: AttemptTrigger,
  number: number, position: number,
  eventId: string, eventType: EventType, occurredAt: Date, test: boolean, data: string | null,
]; // prettier-ignore

type DrawnRow = [id: string, number: number, position: number, isExpunged: boolean];

/** Takes what `chosen` names in hand: the next attempt's number is drawn, and a lease says who has it. $1 lease, $2 dispatcher. */
const takeInHand = (chosen: string): string => `
    with chosen as (${chosen}),
    claimed as (
      update deliveries set due_at = null, parked_at = null, retry_at = null, attempt_count = attempt_count + 1
      from chosen where deliveries.id = chosen.id
      returning deliveries.*
    ), lease as (
      insert into delivery_leases (id, dispatcher_id, delivery_ids)
      select $1::uuid, $2::uuid, array_agg(id) from claimed having count(*) > 0
    )
    select claimed.id, claimed.account_id, claimed.webhook_id, format, claimed.trigger,
           attempt_count, attempt_count - run_start, event_id, event_type, occurred_at, test, data
    from claimed join events on events.id = event_id`;

export const CLAIM_DUE = {
  name: 'deliveries.claim-due',
  text: takeInHand(`
      select id from deliveries where due_at < now() - $3::int * interval '1 millisecond'
      order by due_at limit $4::int for update skip locked`),
};

/** $1 overdue by so many milliseconds, $2 the webhooks of so many, the longest due first. */
export const WEBHOOKS_DUE = {
  name: 'deliveries.webhooks-due',
  text: `
    select distinct webhook_id from (
      select webhook_id from deliveries where due_at < now() - $1::int * interval '1 millisecond'
      order by due_at limit $2::int
    ) as due`,
};

/** $1 overdue by so many milliseconds, $2 webhooks, $3 at most. `is true` holds it to the index of what is due. */
export const PARK_DUE = {
  name: 'deliveries.park-due',
  text: `
    with chosen as (
      select id from deliveries
      where due_at < now() - $1::int * interval '1 millisecond' and (webhook_id = any ($2::uuid[])) is true
      order by due_at limit $3::int for update skip locked
    )
    update deliveries set due_at = null, parked_at = now()
    from chosen where deliveries.id = chosen.id
    returning webhook_id`,
};

export const CLAIM_PARKED = {
  name: 'deliveries.claim-parked',
  text: takeInHand(`
      select waiting.id from unnest($3::uuid[], $4::int[]) as wanted (webhook_id, count)
      cross join lateral (
        select id from deliveries where webhook_id = wanted.webhook_id and parked_at is not null
        order by parked_at limit wanted.count for update skip locked
      ) as waiting`),
};

/**
 * Only what is still ours by its lease is put back: after this process stood still, others may have taken it over and
 * be sending it. $1 deliveries, $2 leases to close, $3 the lease of each delivery.
 */
const putBackOurs = (column: 'due_at' | 'parked_at'): string => `
    with ours as (
      select given.id from unnest($1::uuid[], $3::uuid[]) as given (id, lease_id)
      join delivery_leases on delivery_leases.id = given.lease_id
    ), closed as (delete from delivery_leases where id = any ($2::uuid[]))
    ${putBack(column, 'mine.id in (select id from ours)')}`;

/**
 * $1 deliveries whose retries waited in hand, $2 the lease of each. What a person's attempt has delivered needs no retry.
 * When its answer gets lost and it is sent again, the number that was drawn is passed over, and the run moved along.
 */
export const DRAW = {
  name: 'deliveries.draw',
  text: `
    update deliveries set retry_at = null, attempt_count = attempt_count + 1, run_start = run_start + (retry_at is null)::int
    from unnest($1::uuid[], $2::uuid[]) as given (id, lease_id)
    join delivery_leases on delivery_leases.id = given.lease_id
    where deliveries.id = given.id and status = 'PENDING' and due_at is null and parked_at is null
    returning deliveries.id, attempt_count, attempt_count - run_start,
              exists (select from events where events.id = event_id and data is null)`,
};

export const PARK = { name: 'deliveries.park', text: putBackOurs('parked_at') };

export const HAND_BACK = { name: 'deliveries.hand-back', text: putBackOurs('due_at') };

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

/** Moves deliveries between the three places where a pending one can be: due, parked, in hand. */
@Injectable()
export class DeliveryStore {
  constructor(private readonly sql: HotPathSql) {}

  /** Takes retries that have been due for so long, in milliseconds; the longest overdue first. */
  claimDue(dispatcherId: string, overdueByMs: number, limit: number): Promise<InHand[]> {
    return this.claim(CLAIM_DUE, dispatcherId, [overdueByMs, limit]);
  }

  /** The webhooks of retries that have been due for so long, in milliseconds. @param limit so many retries are looked at. */
  async webhooksDue(overdueByMs: number, limit: number): Promise<string[]> {
    const rows = await this.sql.tuples<[string]>(WEBHOOKS_DUE, [overdueByMs, limit]);
    return rows.map(([webhookId]) => fromUuid('whk', webhookId));
  }

  /** Parks retries that have been due for so long, in milliseconds, without taking them in hand. @returns their webhooks. */
  async parkDue(overdueByMs: number, webhookIds: readonly string[], limit: number): Promise<string[]> {
    const rows = await this.sql.tuples<[string]>(PARK_DUE, [
      overdueByMs,
      plainArray(webhookIds.map(toUuid)),
      limit,
    ]);
    return rows.map(([webhookId]) => fromUuid('whk', webhookId));
  }

  /** Takes parked deliveries, oldest first. */
  claimParked(dispatcherId: string, wanted: { webhookId: string; count: number }[]): Promise<InHand[]> {
    const ids = plainArray(wanted.map(({ webhookId }) => toUuid(webhookId)));
    return this.claim(CLAIM_PARKED, dispatcherId, [ids, plainArray(wanted.map(({ count }) => count))]);
  }

  /**
   * Draws the number of the next attempt for deliveries whose retries waited in hand.
   * @returns them with it, and without a payload that was expunged meanwhile; those that are missing are not ours to
   * send any more.
   */
  async draw(waited: readonly InHand[]): Promise<InHand[]> {
    const values = [
      plainArray(waited.map(({ id }) => toUuid(id))),
      plainArray(waited.map(({ lease }) => lease.id)),
    ];
    const rows = await this.sql.tuples<DrawnRow>(DRAW, values);
    const drawn = new Map<string, DrawnRow>(rows.map((row) => [fromUuid('dlv', row[0]), row]));
    return waited.flatMap((delivery): InHand[] => {
      const row = drawn.get(delivery.id);
      if (!row) return [];
      const [, number, position, isExpunged] = row;
      const event = isExpunged ? delivery.event.expunged() : delivery.event;
      return [{ ...delivery, event, trigger: 'retry', number, position }];
    });
  }

  /** Puts deliveries in hand where they wait for their webhook to have room. */
  async park(deliveries: readonly InHand[], closing: readonly Lease[]): Promise<void> {
    await this.sql.execute(PARK, putBackValues(deliveries, closing));
  }

  /** Puts deliveries in hand back to be sent by whoever comes first. */
  async handBack(deliveries: readonly InHand[], closing: readonly Lease[]): Promise<void> {
    await this.sql.execute(HAND_BACK, putBackValues(deliveries, closing));
  }

  async webhooksWithParked(): Promise<{ webhookId: string; accountId: string }[]> {
    const rows = await this.sql.tuples<[string, string]>(WEBHOOKS_WITH_PARKED, []);
    return rows.map(([webhookId, accountId]) => ({
      webhookId: fromUuid('whk', webhookId),
      accountId: fromUuid('acc', accountId),
    }));
  }

  private async claim(
    statement: { name: string; text: string },
    dispatcherId: string,
    values: unknown[],
  ): Promise<InHand[]> {
    const leaseId = uuidv7();
    const rows = await this.sql.tuples<ClaimedRow>(statement, [leaseId, dispatcherId, ...values]);
    const lease: Lease = { id: leaseId, open: rows.length };
    return rows.map((row) => toInHand(row, lease));
  }
}

/** @param row of a claim. The first attempt of a run goes by what began the run, the others are retries. */
export function toInHand(row: ClaimedRow, lease: Lease): InHand {
  const [
    id,
    accountId,
    webhookId,
    format,
    trigger,
    number,
    position,
    eventId,
    eventType,
    occurredAt,
    test,
    data,
  ] = row;
  return {
    id: fromUuid('dlv', id),
    accountId: fromUuid('acc', accountId),
    webhookId: fromUuid('whk', webhookId),
    format,
    event: new EventContent(fromUuid('evt', eventId), eventType, occurredAt, test, data),
    trigger: position > 1 ? 'retry' : trigger,
    number,
    position,
    lease,
  };
}

function putBackValues(deliveries: readonly InHand[], closing: readonly Lease[]): unknown[] {
  return [
    plainArray(deliveries.map(({ id }) => toUuid(id))),
    plainArray(closing.map(({ id }) => id)),
    plainArray(deliveries.map(({ lease }) => lease.id)),
  ];
}
