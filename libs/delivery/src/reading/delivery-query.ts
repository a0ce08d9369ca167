import { type EventMatch, matchSql } from '@app/events';
import type { EventType } from '@app/formatting';
import { type Bind, binder, idRange, ownedRange, toUuid, type TimeWindow } from '@app/platform';
import type { DeliveryStatus } from '../delivery.entity';

/** Which deliveries a list shows; all of it must hold. */
export interface DeliveryFilter extends TimeWindow {
  status?: DeliveryStatus;
  webhookId?: string;
  eventType?: EventType;
  eventId?: string;
  callId?: string;
  /** What a search has found: one delivery, or the deliveries of some events. */
  match?: { deliveryId: string } | EventMatch;
}

/** A statement with its values, for `Sql.rows`. */
export interface Query {
  text: string;
  values: unknown[];
  /** Whether the rows come in the order of an index, and the query is to be held to that. */
  inIndexOrder: boolean;
}

/** What waits in PostgreSQL, due or parked: the condition of two indexes, which serve it in these words only. */
export const WAITING_SQL = 'coalesce(due_at, parked_at) is not null';

/** How many deliveries are looked at for one page, when what is asked for has no index. */
export const MAX_LOOKED_AT = 20_000;

const COLUMNS = `id, account_id, webhook_id, event_id, event_type, format, status, trigger, attempt_count,
  due_at, retry_at, parked_at, failed_at, finished_at, last_outcome, last_status_code, next_number`;

/** What of the event and of the webhook is told with a delivery; added to the rows of one page only. */
function withContext(source: string, order: string): string {
  return `
    select page.*, events.call_id, events.test, events.expunged_at, webhooks.circuit_state,
           case when webhooks.deleted_at is null then webhooks.status end as webhook_status,
           case when webhooks.held_until > now() then webhooks.held_until end as held_until
    from (${source}) as page
    join events on events.id = page.event_id
    left join webhooks on webhooks.id = page.webhook_id
    order by ${order}`;
}

/**
 * One page of an account's deliveries, newest first, with one row more than the limit.
 *
 * Each filter leads to an index that gives the rows in the order of the page, so that a page costs the same among
 * millions (docs/query-plans.md): `status` to the partial indexes, `webhookId` to the webhook's, `eventId` and
 * `callId` to the few deliveries of their events; the rest is filtered along `(account_id, id, event_type)`.
 */
export function listDeliveries(
  accountId: string,
  filter: DeliveryFilter,
  afterId: string | null,
  limit: number,
): Query {
  const values: unknown[] = [];
  const bind = binder(values);
  const { owned, order } = place(accountId, filter, afterId, bind);
  const where = [...owned, ...conditions(filter, bind)].join(' and ');
  const size = bind(limit + 1);
  const text =
    filter.status === 'PENDING'
      ? pending(where, order.rows, size, bind(toUuid(accountId)))
      : `select ${COLUMNS} from (
           select ${COLUMNS} from deliveries where ${where} order by ${order.rows} limit ${MAX_LOOKED_AT}
         ) as looked_at where ${unindexed(filter, bind)} order by ${order.rows} limit ${size}`;
  return { text: withContext(text, order.page), values, inIndexOrder: order.isIndexed };
}

/**
 * The last of the deliveries that `listDeliveries` looks at for one page; no row when it looks at all there are. What
 * no index knows (that a delivery was DELIVERED: an index would have to be changed by every delivery) is looked for in
 * so many and no more. A page that is short for that reason has a next one, which goes on after this delivery.
 */
export function lastLookedAt(accountId: string, filter: DeliveryFilter, afterId: string | null): Query {
  const values: unknown[] = [];
  const bind = binder(values);
  const { owned, order } = place(accountId, filter, afterId, bind);
  const where = [...owned, ...conditions(filter, bind)].join(' and ');
  return {
    text: `select id from deliveries where ${where} order by ${order.rows} offset ${MAX_LOOKED_AT - 1} limit 1`,
    values,
    inIndexOrder: order.isIndexed,
  };
}

/** Whether rows are passed over that no index tells apart. */
export function isLookedFor(filter: DeliveryFilter): boolean {
  const { status, eventType, webhookId } = filter;
  if (status === 'PENDING') return false; // they are few
  if (checkedMatch(filter)) return true;
  return (
    status === 'DELIVERED' || (eventType !== undefined && (webhookId !== undefined || status === 'FAILED'))
  );
}

/** A search whose events are too many to be listed: it is checked for each delivery. */
function checkedMatch({ match }: DeliveryFilter): EventMatch | null {
  return match && 'numberHashes' in match && match.numberHashes !== null ? match : null;
}

/** A search that names the deliveries, or the events whose few deliveries are looked at. */
function listedMatch(filter: DeliveryFilter): DeliveryFilter['match'] {
  return checkedMatch(filter) ? undefined : filter.match;
}

/** One delivery of an account. */
export function oneDelivery(accountId: string, id: string): Query {
  return {
    text: withContext(`select ${COLUMNS} from deliveries where account_id = $1 and id = $2`, 'page.id'),
    inIndexOrder: false,
    values: [toUuid(accountId), toUuid(id)],
  };
}

interface Order {
  /** Of the rows of `deliveries`, and of those of the page that is made of them. */
  rows: string;
  page: string;
  isIndexed: boolean;
}

function indexed(owner: 'account_id' | 'webhook_id'): Order {
  return { rows: `${owner} desc, id desc`, page: `page.${owner} desc, page.id desc`, isIndexed: true };
}

/** Where to look, account first, and the order in which the index that knows it gives the rows. */
function place(
  accountId: string,
  filter: DeliveryFilter,
  afterId: string | null,
  bind: Bind,
): { owned: string[]; order: Order } {
  const range = idRange(filter, { before: afterId });
  const account = toUuid(accountId);
  if (filter.eventId || filter.callId !== undefined || listedMatch(filter)) {
    const ids = `id >= ${bind(range.from)} and id < ${bind(range.before)}`;
    const owned = [`account_id = ${bind(account)}`, ids, ...ofEvents(account, filter, bind)];
    if (filter.webhookId) owned.push(`webhook_id = ${bind(toUuid(filter.webhookId))}`);
    return { owned, order: { rows: 'id desc', page: 'page.id desc', isIndexed: false } };
  }
  if (filter.webhookId) {
    const owned = [
      `account_id = ${bind(account)}`,
      ownedRange('webhook_id', 'id', toUuid(filter.webhookId), range, bind),
    ];
    return { owned, order: indexed('webhook_id') };
  }
  return { owned: [ownedRange('account_id', 'id', account, range, bind)], order: indexed('account_id') };
}

function ofEvents(account: string, filter: DeliveryFilter, bind: Bind): string[] {
  const { eventId, callId } = filter;
  const match = listedMatch(filter);
  const where: string[] = [];
  if (match) {
    const ofMatch =
      'deliveryId' in match
        ? `id = ${bind(toUuid(match.deliveryId))}`
        : matchSql(match, 'deliveries.event_id', bind);
    where.push(ofMatch);
  }
  if (eventId) where.push(`event_id = ${bind(toUuid(eventId))}`);
  if (callId !== undefined) {
    const ofCall = `select id from events where account_id = ${bind(account)} and call_id = ${bind(callId)}`;
    where.push(`event_id = any (array(${ofCall}))`);
  }
  return where;
}

/** What an index knows: whether it FAILED (failed_at is set exactly then), and the type along an account's. */
function conditions(filter: DeliveryFilter, bind: Bind): string[] {
  const match = checkedMatch(filter);
  return [
    ...(match && filter.status === 'PENDING' ? [matchSql(match, 'deliveries.event_id', bind)] : []),
    ...(filter.status === 'FAILED' ? ['failed_at is not null'] : []),
    ...(filter.eventType && !isLookedFor(filter) ? [`event_type = ${bind(filter.eventType)}`] : []),
  ];
}

function unindexed(filter: DeliveryFilter, bind: Bind): string {
  if (!isLookedFor(filter)) return 'true';
  const match = checkedMatch(filter);
  const where = [
    ...(match ? [matchSql(match, 'looked_at.event_id', bind)] : []),
    ...(filter.status ? [`status = ${bind(filter.status)}`] : []),
    ...(filter.eventType ? [`event_type = ${bind(filter.eventType)}`] : []),
  ];
  return where.join(' and ');
}

/**
 * Deliveries that dispatchers have claimed, that were requested manually, or that wait for a retry. No index of
 * `deliveries` knows them, because it would have to be changed twice by every delivery. @param account a bound parameter;
 * null: of all accounts.
 */
export function unparkedPendingIds(account: string | null): string {
  const ofAccount =
    account === null ? '' : `where account_ids = '{}' or account_ids @> array[${account}::uuid]`;
  return `
    select unnest(delivery_ids) from delivery_leases
    union all select delivery_id from manual_attempts
    union all select unnest(delivery_ids) from retry_batches ${ofAccount}`;
}

/** What is parked has its index; the others are found by the leases and batches that name them. */
function pending(where: string, order: string, size: string, account: string): string {
  return `
    select ${COLUMNS} from (
      (select ${COLUMNS} from deliveries where ${where} and ${WAITING_SQL}
       order by ${order} limit ${size})
      union all
      select ${COLUMNS} from deliveries where ${where} and status = 'PENDING' and due_at is null and parked_at is null
        and id = any (array(${unparkedPendingIds(account)}))
    ) as pending order by ${order} limit ${size}`;
}
