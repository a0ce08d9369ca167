import type { EventType } from '@app/formatting';
import { firstIdAt, toUuid } from '@app/platform';
import type { DeliveryStatus } from '../delivery.entity';

/** Which deliveries a list shows; all of it must hold. */
export interface DeliveryFilter {
  status?: DeliveryStatus;
  webhookId?: string;
  eventType?: EventType;
  eventId?: string;
  callId?: string;
  /** Made at this time or later. */
  since?: Date;
  /** Made before this time. */
  until?: Date;
}

/** A statement with its values, for `Sql.rows`. */
export interface Query {
  text: string;
  values: unknown[];
}

/** Ids carry the time of the machine that made them, `created_at` that of PostgreSQL's: they may differ by this much. */
const CLOCK_SLACK_MS = 60_000;

const COLUMNS = `id, account_id, webhook_id, event_id, event_type, format, status, trigger, attempt_count, created_at,
  due_at, parked_at, failed_at, finished_at, last_outcome, last_status_code`;

/** What of the event and of the webhook is told with a delivery; added to the rows of one page only. */
function withContext(source: string): string {
  return `
    select page.*, events.call_id, events.test, events.expunged_at, webhooks.circuit_state
    from (${source}) as page
    join events on events.id = page.event_id
    left join webhooks on webhooks.id = page.webhook_id
    order by page.id desc`;
}

/**
 * One page of an account's deliveries, newest first, with one row more than the limit.
 *
 * Each filter leads to an index that gives the rows in the order of the page, so that a page costs the same among
 * millions (docs/query-plans.md): `status` to the partial indexes, `webhookId` to the webhook's, `eventId` and
 * `callId` to the few deliveries of their events; the rest is filtered along `(account_id, id)`.
 */
export function listDeliveries(accountId: string, filter: DeliveryFilter, afterId: string | null, limit: number): Query {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = conditions(accountId, filter, afterId, bind).join(' and ');
  const page = `order by id desc limit ${bind(limit + 1)}`;
  const text = filter.status === 'PENDING' ? pending(where, page) : `select ${COLUMNS} from deliveries where ${where} ${page}`;
  return { text: withContext(text), values };
}

/** One delivery of an account. */
export function oneDelivery(accountId: string, id: string): Query {
  return {
    text: withContext(`select ${COLUMNS} from deliveries where account_id = $1 and id = $2`),
    values: [toUuid(accountId), toUuid(id)],
  };
}

function conditions(
  accountId: string,
  filter: DeliveryFilter,
  afterId: string | null,
  bind: (value: unknown) => string,
): string[] {
  const where = [`account_id = ${bind(toUuid(accountId))}`];
  const account = '$1';
  if (afterId) where.push(`id < ${bind(toUuid(afterId))}`);
  if (filter.webhookId) where.push(`webhook_id = ${bind(toUuid(filter.webhookId))}`);
  if (filter.eventId) where.push(`event_id = ${bind(toUuid(filter.eventId))}`);
  if (filter.callId !== undefined) {
    const ofCall = `select id from events where account_id = ${account} and call_id = ${bind(filter.callId)}`;
    where.push(`event_id = any (array(${ofCall}))`);
  }
  if (filter.eventType) where.push(`event_type = ${bind(filter.eventType)}`);
  // failed_at is set exactly while a delivery is FAILED, and is what the partial indexes go by.
  if (filter.status === 'FAILED') where.push(`failed_at is not null`);
  if (filter.status === 'DELIVERED') where.push(`status = 'DELIVERED'`);
  where.push(...timeConditions(filter, 'dlv', bind));
  return where;
}

/** A window of time, as a range of ids that an index can follow, and exactly. */
export function timeConditions(
  window: { since?: Date; until?: Date },
  prefix: 'dlv' | 'evt',
  bind: (value: unknown) => string,
): string[] {
  const { since, until } = window;
  const shifted = (time: Date, ms: number): string => toUuid(firstIdAt(prefix, new Date(time.getTime() + ms)));
  return [
    ...(since ? [`id >= ${bind(shifted(since, -CLOCK_SLACK_MS))}`, `created_at >= ${bind(since)}`] : []),
    ...(until ? [`id < ${bind(shifted(until, CLOCK_SLACK_MS))}`, `created_at < ${bind(until)}`] : []),
  ];
}

/**
 * What is due or parked has its index. What a dispatcher has in hand has none, because an index would have to be
 * changed twice by every delivery; it is found by the leases instead, which are few.
 */
function pending(where: string, page: string): string {
  return `
    select * from (
      (select ${COLUMNS} from deliveries where ${where} and (due_at is not null or parked_at is not null) ${page})
      union all
      (select ${COLUMNS} from deliveries where ${where} and status = 'PENDING' and due_at is null and parked_at is null
        and id = any (array(select unnest(delivery_ids) from delivery_leases)) ${page})
    ) as pending ${page}`;
}
