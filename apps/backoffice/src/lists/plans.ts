import { unparkedPendingIds, WAITING_SQL } from '@app/delivery';
import type { ListPlan } from './bounded-query';
import { idsWithin, integerOf, rangeOf, textOf, uuidOf, type FilterValues } from './filters';

/** The longest that a retry policy lasts: an attempt is at most so much younger than its delivery, unless it is redone. */
const LONGEST_RUN_MS = 30 * 60 * 60 * 1000;

function values(): { values: unknown[]; bind: (value: unknown) => string } {
  const list: unknown[] = [];
  return { values: list, bind: (value) => `$${list.push(value)}` };
}

/**
 * Which deliveries a list shows. Account, webhook, event and time are found by index. So are those that failed or
 * still wait, by partial indexes, however far back; other conditions are sieved out of the newest that the index gives.
 */
export function planDeliveries(filters: FilterValues): ListPlan {
  const { values: bound, bind } = values();
  const byIndex: string[] = [];
  const sieve: string[] = [];
  const id = uuidOf(filters, 'id', 'dlv');
  const eventId = uuidOf(filters, 'eventId', 'evt');
  const webhookId = uuidOf(filters, 'webhookId', 'whk');
  const accountId = uuidOf(filters, 'accountId', 'acc');
  if (id) byIndex.push(`id = ${bind(id)}`);
  if (eventId) byIndex.push(`event_id = ${bind(eventId)}`);
  if (webhookId) byIndex.push(`webhook_id = ${bind(webhookId)}`);
  // A webhook has one account: asking for both by index would only mislead the planner.
  if (accountId) (webhookId || eventId ? sieve : byIndex).push(`account_id = ${bind(accountId)}`);
  byIndex.push(...idsWithin('id', rangeOf(filters, 'createdAt'), bind));

  const status = textOf(filters, 'status');
  const outcome = textOf(filters, 'lastOutcome');
  const statusCode = integerOf(filters, 'lastStatusCode');
  const eventType = textOf(filters, 'eventType');
  const trigger = textOf(filters, 'trigger');
  if (status) sieve.push(`status = ${bind(status)}`);
  if (outcome) sieve.push(`last_outcome = ${bind(outcome)}`);
  if (statusCode !== undefined) sieve.push(`last_status_code = ${bind(statusCode)}`);
  if (eventType) sieve.push(`event_type = ${bind(eventType)}`);
  if (trigger) sieve.push(`trigger = ${bind(trigger)}`);

  return {
    select:
      'select id, account_id, status, last_outcome, last_status_code, event_type, trigger from deliveries',
    anyOf: statesOf(status, outcome, statusCode).map((state) => [...byIndex, ...state]),
    sieve,
    key: ['id'],
    values: bound,
  };
}

const FAILED = ['failed_at is not null'];
const WAITING = [WAITING_SQL];
/** What dispatchers have claimed, and what waits for a retry. */
const CLAIMED = [
  `id in (${unparkedPendingIds(null)})`,
  `status = 'PENDING'`,
  'due_at is null',
  'parked_at is null',
];

function statesOf(
  status: string | undefined,
  outcome: string | undefined,
  statusCode: number | undefined,
): string[][] {
  if (status === 'FAILED') return [FAILED];
  if (status === 'PENDING') return [WAITING, CLAIMED];
  const wantsFailures =
    (outcome && outcome !== 'DELIVERED') || (statusCode && !(statusCode >= 200 && statusCode < 300));
  return wantsFailures && status === undefined ? [FAILED, WAITING, CLAIMED] : [[]];
}

/** Which events a list shows. A call id without an account is looked up account by account: each has an index entry. */
export function planEvents(filters: FilterValues): ListPlan {
  const { values: bound, bind } = values();
  const byIndex: string[] = [];
  const sieve: string[] = [];
  const id = uuidOf(filters, 'id', 'evt');
  const accountId = uuidOf(filters, 'accountId', 'acc');
  const callId = textOf(filters, 'callId');
  if (id) byIndex.push(`id = ${bind(id)}`);
  if (accountId) byIndex.push(`account_id = ${bind(accountId)}`);
  if (callId && accountId) byIndex.push(`call_id = ${bind(callId)}`);
  byIndex.push(...idsWithin('id', rangeOf(filters, 'createdAt'), bind));
  const type = textOf(filters, 'type');
  const test = textOf(filters, 'test');
  if (type) sieve.push(`type = ${bind(type)}`);
  if (test === 'true' || test === 'false') sieve.push(`test = ${bind(test)}`);
  const columns = 'id, account_id, call_id, type, test';
  const select =
    callId && !accountId
      ? `select ${columns} from (
           select events.id, events.account_id, events.call_id, events.type, events.test from accounts
           cross join lateral (
             select * from events where events.account_id = accounts.id and events.call_id = ${bind(callId)}
             order by events.id desc limit 100
           ) as events
         ) as calls`
      : `select ${columns} from events`;
  return { select, anyOf: [byIndex], sieve, key: ['id'], values: bound };
}

/** Which attempts a list shows: ordered by their deliveries, as no index has them by their own time. */
export function planAttempts(filters: FilterValues): ListPlan {
  const { values: bound, bind } = values();
  const byIndex: string[] = [];
  const sieve: string[] = [];
  const deliveryId = uuidOf(filters, 'deliveryId', 'dlv');
  const webhookId = uuidOf(filters, 'webhookId', 'whk');
  const outcome = textOf(filters, 'outcome');
  const statusCode = integerOf(filters, 'statusCode');
  const errorCode = textOf(filters, 'errorCode');
  const started = rangeOf(filters, 'startedAt');
  if (deliveryId) byIndex.push(`delivery_id = ${bind(deliveryId)}`);
  const madeFrom = started.from && new Date(started.from.getTime() - LONGEST_RUN_MS);
  byIndex.push(...idsWithin('delivery_id', { from: madeFrom, to: started.to }, bind));
  if (started.from) sieve.push(`started_at >= ${bind(started.from)}`);
  if (started.to) sieve.push(`started_at < ${bind(started.to)}`);
  if (outcome) sieve.push(`outcome = ${bind(outcome)}`);
  if (statusCode !== undefined) sieve.push(`status_code = ${bind(statusCode)}`);
  if (errorCode) sieve.push(`error_code = ${bind(errorCode)}`);
  const columns = 'delivery_id, number, started_at, outcome, status_code, error_code';
  const select = webhookId
    ? `select ${columns} from (
         select attempts.* from (
           select id from deliveries where webhook_id = ${bind(webhookId)} order by id desc limit 10000
         ) as deliveries join attempts on attempts.delivery_id = deliveries.id
       ) as of_webhook`
    : `select ${columns} from attempts`;
  return { select, anyOf: [byIndex], sieve, key: ['delivery_id', 'number'], values: bound };
}
