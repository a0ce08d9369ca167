import { Injectable } from '@nestjs/common';
import type { EventType, PayloadFormat } from '@app/formatting';
import { fromUuid, type Id, Sql, toUuid, uuidv7 } from '@app/platform';

/** An event that is ready to be committed. */
export interface NewEvent {
  id: Id<'evt'>;
  accountId: string;
  type: EventType;
  callId: string;
  idempotencyKey: string | null;
  occurredAt: Date;
  /** The normalised call record as JSON text. */
  data: string;
}

/** A delivery that the commit of its event has made. */
export interface NewDelivery {
  id: Id<'dlv'>;
  webhookId: Id<'whk'>;
  format: PayloadFormat;
}

/** What became of one event of a group. */
export type StoredEvent =
  | { duplicateOf: null; deliveries: NewDelivery[]; leaseId: string }
  | { duplicateOf: Id<'evt'>; deliveries: NewDelivery[]; leaseId: null };

/**
 * One statement is one transaction and one round trip: the events of a group, a delivery for each webhook that wants
 * one, and the lease that says which dispatcher has them in hand. The webhooks are those of the very moment of the
 * commit, not a cache's. Payloads travel as one binary value, cut by offset: escaping them as an array literal would
 * cost more than storing them.
 */
const COMMIT_GROUP = {
  name: 'events.commit-group',
  text: `
    with incoming as (
      select id, account_id, type, call_id, nullif(idempotency_key, '') as idempotency_key, occurred_at,
             convert_from(substring($7::bytea from data_from for data_length), 'UTF8') as data
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $8::int[], $9::int[])
        as t (id, account_id, type, call_id, idempotency_key, occurred_at, data_from, data_length)
    ), stored as (
      insert into events (id, account_id, type, call_id, idempotency_key, occurred_at, data)
      select id, account_id, type, call_id, idempotency_key, occurred_at, data from incoming
      on conflict (account_id, idempotency_key) where idempotency_key is not null do nothing
      returning id, account_id, type
    ), fanout as (
      insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count)
      select uuid_generate_v7(), stored.account_id, webhooks.id, stored.id, stored.type, webhooks.format, 'PENDING', 1
      from stored
      join webhooks on webhooks.account_id = stored.account_id and webhooks.deleted_at is null
       and webhooks.status = 'ACTIVE' and stored.type = any (webhooks.events)
      returning id, event_id, webhook_id, format
    ), lease as (
      insert into delivery_leases (id, dispatcher_id, delivery_ids)
      select $10::uuid, $11::uuid, array_agg(id) from fanout having count(*) > 0
    )
    select stored.id, fanout.id, fanout.webhook_id, fanout.format
    from stored left join fanout on fanout.event_id = stored.id`,
};

const FIND_BY_KEY = {
  name: 'events.find-by-idempotency-key',
  text: `
    select events.id, events.account_id, events.idempotency_key
    from unnest($1::uuid[], $2::text[]) as wanted (account_id, idempotency_key)
    join events on events.account_id = wanted.account_id and events.idempotency_key = wanted.idempotency_key`,
};

const COUNT_DELIVERIES = {
  name: 'events.deliveries-of',
  text: 'select event_id, id, webhook_id, format from deliveries where event_id = any ($1::uuid[])',
};

type CommittedRow = [eventId: string, deliveryId: string | null, webhookId: string, format: PayloadFormat];

/** Commits events with their deliveries, in groups. */
@Injectable()
export class EventStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Commits a group of events with their deliveries, in hand of the given dispatcher.
   * An event whose idempotency key is taken in its account, even by another transaction at the same moment, is not
   * stored; its result names the first one.
   * @returns what became of each event, in the order given.
   */
  async commit(events: NewEvent[], dispatcherId: string): Promise<StoredEvent[]> {
    const leaseId = uuidv7();
    const rows = await this.sql.tuples<CommittedRow>(COMMIT_GROUP, commitValues(events, leaseId, dispatcherId));
    const deliveries = new Map<string, NewDelivery[]>();
    for (const [eventId, deliveryId, webhookId, format] of rows) {
      let ofEvent = deliveries.get(eventId);
      if (!ofEvent) deliveries.set(eventId, (ofEvent = []));
      if (deliveryId === null) continue;
      ofEvent.push({ id: fromUuid('dlv', deliveryId), webhookId: fromUuid('whk', webhookId), format });
    }
    const results = events.map((event): StoredEvent | null => {
      const made = deliveries.get(toUuid(event.id));
      return made ? { duplicateOf: null, deliveries: made, leaseId } : null;
    });
    return results.includes(null) ? this.resolveDuplicates(events, results) : (results as StoredEvent[]);
  }

  private async resolveDuplicates(events: NewEvent[], results: (StoredEvent | null)[]): Promise<StoredEvent[]> {
    const duplicates = events.filter((_, i) => results[i] === null);
    const firsts = await this.sql.tuples<[id: string, accountId: string, key: string]>(FIND_BY_KEY, [
      duplicates.map((event) => toUuid(event.accountId)),
      duplicates.map((event) => event.idempotencyKey),
    ]);
    const firstByKey = new Map(firsts.map(([id, accountId, key]) => [`${accountId} ${key}`, id]));
    const made = await this.sql.tuples<CommittedRow>(COUNT_DELIVERIES, [[...firstByKey.values()]]);
    return results.map((result, i) => {
      if (result) return result;
      const event = events[i]!;
      const first = firstByKey.get(`${toUuid(event.accountId)} ${event.idempotencyKey}`);
      if (!first) throw new Error(`Event ${event.id} was neither stored nor is it a duplicate`);
      const deliveries = made
        .filter(([eventId]) => eventId === first)
        .map(([, id, webhookId, format]) => ({
          id: fromUuid('dlv', id!),
          webhookId: fromUuid('whk', webhookId),
          format,
        }));
      return { duplicateOf: fromUuid('evt', first), deliveries, leaseId: null };
    });
  }
}

function commitValues(events: NewEvent[], leaseId: string, dispatcherId: string): unknown[] {
  const payloads = events.map((event) => Buffer.from(event.data, 'utf8'));
  const from: number[] = [];
  let offset = 1; // SQL counts bytes from 1
  for (const payload of payloads) {
    from.push(offset);
    offset += payload.length;
  }
  return [
    events.map((event) => toUuid(event.id)),
    events.map((event) => toUuid(event.accountId)),
    events.map((event) => event.type),
    events.map((event) => event.callId),
    // '' is no valid key, and saves the array a null.
    events.map((event) => event.idempotencyKey ?? ''),
    events.map((event) => event.occurredAt.toISOString()),
    Buffer.concat(payloads),
    from,
    payloads.map((payload) => payload.length),
    leaseId,
    dispatcherId,
  ];
}
