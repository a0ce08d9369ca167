import { type Bind, binder, idRange, ownedRange, toUuid, type TimeWindow } from '@app/platform';
import type { ReplaySelection } from './replay-selection';

/** What is being replayed, as the queries need it; ids are bare UUIDs or prefixed. */
export interface ReplayScope extends Required<TimeWindow> {
  /** The replay itself. */
  id: string;
  accountId: string;
  webhookId: string;
  which: ReplaySelection;
}

interface Query {
  text: string;
  values: unknown[];
}

/**
 * What each of these queries answers. They look at the next `size` rows after `afterId`, and at no more, so that each
 * takes milliseconds however long the window is; fewer than `size` means that the end is reached.
 */
export interface StepResult {
  /** Rows looked at. */
  seen: number;
  /** The last of them, to go on after. */
  last_id: string | null;
  /** How many of them were to be sent again: counted, or put in line. */
  found: number;
}

/** Existing deliveries that are to be sent again. Those of expunged events are counted here, and left out later. */
export function countDeliveries(scope: ReplayScope, afterId: string | null, size: number): Query {
  const values: unknown[] = [];
  const candidate = deliveryCandidates(scope, afterId, size, binder(values));
  return { text: `with candidate as (${candidate}) ${answer('candidate')}`, values };
}

/**
 * Puts deliveries back to the beginning of a run, waiting for room at their webhook. What is PENDING is on its way
 * already and stays as it is.
 */
export function requeueDeliveries(scope: ReplayScope, afterId: string | null, size: number): Query {
  const values: unknown[] = [];
  const bind = binder(values);
  const candidate = deliveryCandidates(scope, afterId, size, bind);
  return {
    text: `
      with candidate as (${candidate} for no key update),
      requeued as (
        update deliveries
        set status = 'PENDING', trigger = 'replay', run_start = attempt_count, next_number = attempt_count + 1, holds = 0,
            claim_id = null, retry_at = null, parked_at = now(),
            due_at = null, failed_at = null, finished_at = null
        from candidate join events on events.id = candidate.event_id and events.data is not null
        where deliveries.id = candidate.id
        returning deliveries.id
      ),
      ${followed('requeued', scope, bind)},
      -- How they ended for a replay before this one is counted now: from here on they are PENDING again.
      ended as (
        delete from replay_items using requeued join candidate on candidate.id = requeued.id
        where replay_items.delivery_id = requeued.id and replay_items.replay_id <> ${bind(toUuid(scope.id))}
        returning replay_items.replay_id, candidate.status
      ),
      counted as (
        update replays set delivered = replays.delivered + sums.delivered, failed = replays.failed + sums.failed
        from (
          select replay_id, count(*) filter (where status = 'DELIVERED')::int as delivered,
                 count(*) filter (where status = 'FAILED')::int as failed
          from ended group by replay_id
        ) as sums where replays.id = sums.replay_id
      )
      ${answer('requeued')}`,
    values,
  };
}

/** Events that the webhook wants and has no delivery of. */
export function countMissed(scope: ReplayScope, afterId: string | null, size: number): Query {
  const values: unknown[] = [];
  const bind = binder(values);
  const candidate = eventCandidates(scope, afterId, size, bind);
  return {
    text: `with candidate as (${candidate}), missed as (${missed(scope, bind)}) ${answer('missed')}`,
    values,
  };
}

/** Makes the deliveries that are missing, waiting for room at their webhook. */
export function makeMissed(scope: ReplayScope, afterId: string | null, size: number): Query {
  const values: unknown[] = [];
  const bind = binder(values);
  const candidate = eventCandidates(scope, afterId, size, bind);
  return {
    text: `
      with candidate as (${candidate}), missed as (${missed(scope, bind)}),
      made as (
        insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, trigger, attempt_count, parked_at)
        select uuid_generate_v7(), account_id, webhook_id, id, type, format, 'PENDING', 'replay', 0, now() from missed
        on conflict (event_id, webhook_id) do nothing
        returning id
      ),
      ${followed('made', scope, bind)}
      ${answer('made')}`,
    values,
  };
}

/** Remembers the deliveries, so that their end is counted. */
function followed(deliveries: string, scope: ReplayScope, bind: Bind): string {
  return `
    followed as (
      insert into replay_items (delivery_id, replay_id) select id, ${bind(toUuid(scope.id))}::uuid from ${deliveries}
      on conflict do nothing
    )`;
}

function answer(found: string): string {
  return `
    select (select count(*)::int from candidate) as seen, (select id from candidate order by id desc limit 1) as last_id,
           (select count(*)::int from ${found}) as found`;
}

function deliveryCandidates(scope: ReplayScope, afterId: string | null, size: number, bind: Bind): string {
  const where = [
    `account_id = ${bind(toUuid(scope.accountId))}`,
    ownedRange('webhook_id', 'id', toUuid(scope.webhookId), idRange(scope, { from: afterId }), bind),
    ...(afterId ? [`id <> ${bind(afterId)}`] : []),
    // Tests were for that moment.
    `trigger <> 'test'`,
    scope.which === 'failed' ? 'failed_at is not null' : `status in ('FAILED', 'DELIVERED')`,
  ];
  return `select id, event_id, status from deliveries where ${where.join(' and ')} order by webhook_id, id limit ${bind(size)}`;
}

function eventCandidates(scope: ReplayScope, afterId: string | null, size: number, bind: Bind): string {
  const range = idRange(scope, { from: afterId });
  const where = [
    ownedRange('account_id', 'id', toUuid(scope.accountId), range, bind),
    ...(afterId ? [`id <> ${bind(afterId)}`] : []),
  ];
  return `
    select id, account_id, type, skipped, data is not null and not test as is_sendable
    from events where ${where.join(' and ')} order by account_id, id limit ${bind(size)}`;
}

function missed(scope: ReplayScope, bind: Bind): string {
  return `
    select candidate.id, candidate.account_id, candidate.type, webhooks.id as webhook_id, webhooks.format
    from candidate join webhooks on webhooks.id = ${bind(toUuid(scope.webhookId))} and candidate.type = any (webhooks.events)
    where is_sendable
      -- What its filter excluded was not missed; 4 stands for FILTERED (libs/events, skipped-webhooks.ts).
      and (skipped is null or position('\\x04'::bytea || uuid_send(webhooks.id) in skipped) = 0)
      and not exists (select from deliveries where event_id = candidate.id and webhook_id = webhooks.id)`;
}
