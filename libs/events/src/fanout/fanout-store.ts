import { Injectable } from '@nestjs/common';
import type { EventType, FormatName } from '@app/formatting';
import { fromUuid, HotPathSql, plainArray, Sql, toUuid } from '@app/platform';
import type { Custody, NewDelivery, NewEvent } from '../event-store';

/** Makes the next deliveries of an event, and moves its row on or deletes it: one statement, one transaction. */
const FAN_OUT = {
  name: 'events.fan-out',
  text: `
    with chunk as (
      select event_id, done, cardinality(webhook_ids) as total, webhook_ids[done + 1 : done + $2::int] as webhook_ids
      from event_fanouts where event_id = $1::uuid for update skip locked
    ), made as (
      insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, parked_at)
      select uuid_generate_v7(), events.account_id, wanting.id, events.id, events.type, wanting.format, 'PENDING',
             case when parked then 0 else 1 end, case when parked then now() end
      from chunk
      join events on events.id = chunk.event_id and events.data is not null
      cross join lateral unnest(chunk.webhook_ids) as chosen (id)
      cross join lateral (
        select id, format, $6 or id = any ($5::uuid[]) as parked from webhooks where webhooks.id = chosen.id offset 0
      ) as wanting
      returning id, webhook_id, format, parked_at is not null as parked
    ), lease as (
      insert into delivery_leases (id, dispatcher_id, delivery_ids)
      select $3::uuid, $4::uuid, array_agg(id) from made where not parked having count(*) > 0
    ), moved_on as (
      update event_fanouts set done = chunk.done + $2::int, touched_at = now()
      from chunk where event_fanouts.event_id = chunk.event_id and chunk.done + $2::int < chunk.total
    ), finished as (
      delete from event_fanouts using chunk
      where event_fanouts.event_id = chunk.event_id and chunk.done + $2::int >= chunk.total
    )
    select null::uuid, null::uuid, null, null, greatest(total - done - $2::int, 0) from chunk
    union all
    select id, webhook_id, format, parked, null from made`,
};

/** What no process is working on: its dispatcher has died, or has had an error. */
const ABANDONED = `
  select events.id, events.account_id, type, call_id, idempotency_key, occurred_at, data,
         cardinality(webhook_ids) - done as left
  from event_fanouts join events on events.id = event_id
  where touched_at < now() - $1::int * interval '1 millisecond' and data is not null
  order by touched_at limit $2`;

interface AbandonedRow {
  id: string;
  account_id: string;
  type: EventType;
  call_id: string;
  idempotency_key: string | null;
  occurred_at: Date;
  data: string;
  left: number;
}

type Row = [id: string | null, webhookId: string, format: FormatName, parked: boolean, left: number | null];

/** The rest of events' deliveries, as PostgreSQL knows it. */
@Injectable()
export class FanoutStore {
  constructor(
    private readonly hotPath: HotPathSql,
    private readonly sql: Sql,
  ) {}

  /**
   * Makes up to `size` deliveries of an event.
   * @returns them, and how many are left; null if another process is at it, or nothing is left.
   */
  async fanOut(
    eventId: string,
    size: number,
    { leaseId, dispatcherId, withoutRoom }: Custody,
  ): Promise<{ deliveries: NewDelivery[]; left: number } | null> {
    const [first, ...made] = await this.hotPath.tuples<Row>(FAN_OUT, [
      toUuid(eventId),
      size,
      leaseId,
      dispatcherId,
      plainArray(withoutRoom === 'all' ? [] : withoutRoom.map(toUuid)),
      withoutRoom === 'all',
    ]);
    if (!first) return null;
    const deliveries = made.map(([id, webhookId, format, parked]): NewDelivery => {
      return { id: fromUuid('dlv', id!), webhookId: fromUuid('whk', webhookId), format, parked };
    });
    return { deliveries, left: first[4]! };
  }

  /** Events whose deliveries nobody has made for this long, in milliseconds. */
  async abandoned(forMs: number, limit: number): Promise<{ event: NewEvent; left: number }[]> {
    const rows = await this.sql.rows<AbandonedRow>(ABANDONED, [forMs, limit]);
    return rows.map((row) => ({
      event: {
        id: fromUuid('evt', row.id),
        accountId: fromUuid('acc', row.account_id),
        type: row.type,
        callId: row.call_id,
        idempotencyKey: row.idempotency_key,
        occurredAt: row.occurred_at,
        data: row.data,
      },
      left: row.left,
    }));
  }
}
