import { Injectable } from '@nestjs/common';
import type { EventType, FormatName } from '@app/formatting';
import { type AccountFilters, excludedWebhooks, WebhookFilters } from '@app/webhooks';
import { fromUuid, HotPathSql, type Id, plainArray, textArray, toUuid } from '@app/platform';

import { MAX_SKIPPED, SKIP_CODES } from './skipped-webhooks';

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
  format: FormatName;
  /** It waits in PostgreSQL until its webhook has room; the others are in hand of the dispatcher that committed. */
  parked: boolean;
}

/** In whose hand the deliveries of a group are from their commit on. */
export interface Custody {
  dispatcherId: string;
  /** Names the group's deliveries as a whole; a uuid. */
  leaseId: string;
  /** Webhooks that have no room now, or all of them. */
  withoutRoom: readonly string[] | 'all';
}

/** What became of one event of a group. */
export interface StoredEvent {
  /** The first event with its idempotency key; null when it is the first itself. */
  duplicateOf: Id<'evt'> | null;
  /** To how many webhooks it goes. */
  count: number;
  /** The deliveries that were made with it; those of a duplicate are not listed. */
  deliveries: NewDelivery[];
  /** How many of its deliveries are still to be made: see `Fanouts`. */
  deferred: number;
  /** Its key was held by an event from before the last 7 days, which has released it: commit the event once more. */
  keyReleased?: true;
}

/** What would become of an event. */
export interface Preview {
  deliveries: number;
  duplicateOf: Id<'evt'> | null;
}

/**
 * The webhooks that get no delivery of an event of `incoming`, as of its commit: see `skipped-webhooks.ts`. A filter
 * counts before a pause, so that what it excludes is not replayed as missed either.
 */
const SKIPPED = `
  (select string_agg(reason || uuid_send(id), ''::bytea order by id) from (
     select id, case
       when not (incoming.type = any (events)) then '${SKIP_CODES.NOT_SUBSCRIBED}'::bytea
       when incoming.excluded is not null and id = any (incoming.excluded::uuid[]) then '${SKIP_CODES.FILTERED}'::bytea
       when status = 'PAUSED' then '${SKIP_CODES.PAUSED}'::bytea
       when status = 'DISABLED' then '${SKIP_CODES.DISABLED}'::bytea
     end as reason
     from webhooks where account_id = incoming.account_id and deleted_at is null
       and (status <> 'ACTIVE' or incoming.excluded is not null or not (incoming.type = any (events)))
     order by id limit ${MAX_SKIPPED}
   ) as webhook where reason is not null)`;

/**
 * One statement is one transaction and one round trip: the events of a group, a delivery for each webhook that wants
 * one, and the lease that says which dispatcher has them in hand. The webhooks are those of the very moment of the
 * commit, not a cache's. Deliveries of a webhook that has no room now ($10) are born parked. An event with more than $12
 * webhooks gets its deliveries in chunks after the commit: what it goes to is kept with it.
 *
 * `offset 0` has the webhooks looked up for each event: a plan made before the table's first statistics would walk
 * through all webhooks instead.
 */
const COMMIT_GROUP = {
  name: 'events.commit-group',
  text: `
    with incoming as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $13::text[])
        as t (id, account_id, type, call_id, idempotency_key, occurred_at, data, excluded)
    ), stored as (
      insert into events (id, account_id, type, call_id, idempotency_key, occurred_at, data, skipped)
      select id, account_id, type, call_id, idempotency_key, to_timestamp(occurred_at / 1000.0), data, ${SKIPPED}
      from incoming
      on conflict (account_id, idempotency_key) where idempotency_key is not null do nothing
      returning id, account_id, type
    ), wanting as (
      select stored.id as event_id, stored.account_id, stored.type, chosen.*
      from stored
      join incoming on incoming.id = stored.id
      cross join lateral (
        select id as webhook_id, format, $11 or id = any ($10::uuid[]) as parked, count(*) over () as total
        from webhooks
        where account_id = stored.account_id and deleted_at is null and status = 'ACTIVE' and stored.type = any (events)
          and (incoming.excluded is null or id <> all (incoming.excluded::uuid[]))
        offset 0
      ) as chosen
    ), fanout as (
      insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, parked_at)
      select uuid_generate_v7(), account_id, webhook_id, event_id, type, format, 'PENDING',
             case when parked then 0 else 1 end, case when parked then now() end
      from wanting where total <= $12::int
      returning id, event_id, webhook_id, format, parked_at is not null as parked
    ), deferred as (
      insert into event_fanouts (event_id, account_id, webhook_ids)
      select event_id, account_id, array_agg(webhook_id) from wanting where total > $12::int group by event_id, account_id
      returning event_id, cardinality(webhook_ids) as count
    ), lease as (
      insert into delivery_leases (id, dispatcher_id, delivery_ids)
      select $8::uuid, $9::uuid, array_agg(id) from fanout where not parked having count(*) > 0
    )
    select id, null::uuid, null::uuid, null, null::boolean, null::int from stored
    union all
    select event_id, null, null, null, null::boolean, count from deferred
    union all
    select event_id, id, webhook_id, format, parked, null from fanout`,
};

const FIND_BY_KEY = {
  name: 'events.find-by-idempotency-key',
  text: `
    select events.id, events.account_id, events.idempotency_key, events.created_at < now() - interval '7 days'
    from unnest($1::uuid[], $2::text[]) as wanted (account_id, idempotency_key)
    join events on events.account_id = wanted.account_id and events.idempotency_key = wanted.idempotency_key`,
};

/** An idempotency key counts for 7 days. The condition is checked again: another process may have used the key by now. */
const RELEASE_KEYS = {
  name: 'events.release-idempotency-keys',
  text: `
    update events set idempotency_key = null
    where id = any ($1::uuid[]) and created_at < now() - interval '7 days'`,
};

/** The webhooks are chosen as in `COMMIT_GROUP`. */
const PREVIEW = {
  name: 'events.preview',
  text: `
    select (
      select count(*)::int from webhooks
      where account_id = $1::uuid and deleted_at is null and status = 'ACTIVE' and $2 = any (events)
        and ($4::uuid[] is null or id <> all ($4::uuid[]))
    ), (
      select id from events
      where account_id = $1::uuid and idempotency_key = $3 and created_at >= now() - interval '7 days'
    )`,
};

const COUNT_DELIVERIES = {
  name: 'events.count-deliveries',
  text: `
    select given.id, (
      select count(*)::int from deliveries where event_id = given.id
    ) + coalesce((select cardinality(webhook_ids) - done from event_fanouts where event_id = given.id), 0)
    from unnest($1::uuid[]) as given (id)`,
};

/** An event with more webhooks gets its deliveries after its commit. */
export const MAX_INLINE_DELIVERIES = 100;

type CommittedRow = [
  eventId: string,
  deliveryId: string | null,
  webhookId: string,
  format: FormatName,
  parked: boolean,
  deferred: number | null,
];

/** Commits events with their deliveries, in groups. */
@Injectable()
export class EventStore {
  constructor(
    private readonly sql: HotPathSql,
    private readonly filters: WebhookFilters,
  ) {}

  /**
   * Commits a group of events with their deliveries.
   * An event whose idempotency key is taken in its account, even by another transaction at the same moment, is not
   * stored; its result names the first one.
   * @returns what became of each event, in the order given.
   */
  async commit(events: NewEvent[], custody: Custody): Promise<StoredEvent[]> {
    const ordered = inKeyOrder(events);
    const excluded = await this.excluded(ordered);
    const rows = await this.sql.tuples<CommittedRow>(COMMIT_GROUP, commitValues(ordered, custody, excluded));
    const stored = byEvent(rows);
    const results = events.map((event) => stored.get(toUuid(event.id)) ?? null);
    return results.includes(null) ? this.resolveDuplicates(events, results) : (results as StoredEvent[]);
  }

  /** What would become of an event if it were committed now. */
  async preview(event: NewEvent): Promise<Preview> {
    const { accountId, type, idempotencyKey } = event;
    const [excluded] = await this.excluded([event]);
    const [[deliveries, first]] = await this.sql.tuples<[number, string | null]>(PREVIEW, [
      toUuid(accountId),
      type,
      idempotencyKey,
      excluded && plainArray(excluded),
    ]);
    return { deliveries, duplicateOf: first === null ? null : fromUuid('evt', first) };
  }

  /** For each event the webhooks whose filters exclude it; null if there are none. */
  private async excluded(events: NewEvent[]): Promise<(string[] | null)[]> {
    const filters = events.map(({ accountId }) => this.filters.of(accountId));
    const isWaiting = filters.some((of) => of instanceof Promise);
    const loaded = isWaiting ? await Promise.all(filters.map(async (of) => of)) : filters;
    return events.map(({ type, data }, i) => excludedWebhooks(loaded[i] as AccountFilters, type, data));
  }

  private async resolveDuplicates(
    events: NewEvent[],
    results: (StoredEvent | null)[],
  ): Promise<StoredEvent[]> {
    const duplicates = events.filter((_, i) => results[i] === null);
    const found = await this.sql.tuples<[id: string, accountId: string, key: string, isOld: boolean]>(
      FIND_BY_KEY,
      [
        plainArray(duplicates.map((event) => toUuid(event.accountId))),
        textArray(duplicates.map((event) => event.idempotencyKey)),
      ],
    );
    const old = new Set(found.filter(([, , , isOld]) => isOld).map(([id]) => id));
    if (old.size > 0) await this.sql.execute(RELEASE_KEYS, [plainArray([...old])]);
    const firstByKey = new Map(found.map(([id, accountId, key]) => [`${accountId} ${key}`, id]));
    const counts = new Map(
      await this.sql.tuples<[id: string, count: number]>(COUNT_DELIVERIES, [
        plainArray([...firstByKey.values()]),
      ]),
    );
    return results.map((result, i) => {
      if (result) return result;
      const event = events[i];
      const first = firstByKey.get(`${toUuid(event.accountId)} ${event.idempotencyKey}`);
      if (!first) throw new Error(`Event ${event.id} was neither stored nor is it a duplicate`);
      if (old.has(first))
        return { duplicateOf: null, count: 0, deliveries: [], deferred: 0, keyReleased: true };
      return {
        duplicateOf: fromUuid('evt', first),
        count: counts.get(first) ?? 0,
        deliveries: [],
        deferred: 0,
      };
    });
  }
}

function byEvent(rows: CommittedRow[]): Map<string, StoredEvent> {
  const events = new Map<string, StoredEvent>();
  for (const [eventId, deliveryId, webhookId, format, parked, deferred] of rows) {
    let event = events.get(eventId);
    if (!event) events.set(eventId, (event = { duplicateOf: null, count: 0, deliveries: [], deferred: 0 }));
    if (deferred !== null) {
      event.deferred = deferred;
      event.count += deferred;
    } else if (deliveryId !== null) {
      event.count += 1;
      event.deliveries.push({
        id: fromUuid('dlv', deliveryId),
        webhookId: fromUuid('whk', webhookId),
        format,
        parked,
      });
    }
  }
  return events;
}

/** Two groups with the same keys wait for each other's: taken in one order, they can't do so in a circle. */
function inKeyOrder(events: NewEvent[]): NewEvent[] {
  if (events.every(({ idempotencyKey }) => idempotencyKey === null)) return events;
  const place = (event: NewEvent): string => `${event.accountId} ${event.idempotencyKey ?? ''}`;
  return [...events].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function commitValues(events: NewEvent[], custody: Custody, excluded: (string[] | null)[]): unknown[] {
  return [
    plainArray(events.map((event) => toUuid(event.id))),
    plainArray(events.map((event) => toUuid(event.accountId))),
    plainArray(events.map((event) => event.type)),
    textArray(events.map((event) => event.callId)),
    textArray(events.map((event) => event.idempotencyKey)),
    plainArray(events.map((event) => event.occurredAt.getTime())),
    textArray(events.map((event) => event.data)),
    custody.leaseId,
    custody.dispatcherId,
    plainArray(custody.withoutRoom === 'all' ? [] : custody.withoutRoom.map(toUuid)),
    custody.withoutRoom === 'all',
    MAX_INLINE_DELIVERIES,
    textArray(excluded.map((ids) => ids && plainArray(ids))),
  ];
}
