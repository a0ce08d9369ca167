import { Injectable } from '@nestjs/common';
import type { AttemptOutcome } from '@app/delivery';
import { fromUuid, RedisConnection, Sql } from '@app/platform';
import { explainAttempt } from '../explain/explain-attempt';
import { isRange, pointsOf, RANGES, type Point, type RangeName } from './minutes';
import { MinuteSampler, type Waiting } from './minute-sampler';

export interface FailingWebhook {
  id: string;
  name: string;
  url: string;
  accountId: string;
  accountName: string;
  status: string;
  since: string | null;
  reason: string;
}

export interface OpenCircuit {
  id: string;
  name: string;
  url: string;
  accountName: string;
  state: string;
  since: string | null;
  waiting: number;
}

export interface HealthItem {
  name: string;
  isUp: boolean;
  detail: string;
}

export interface StartPageData {
  range: RangeName;
  points: Point[];
  now: Waiting;
  failing: FailingWebhook[];
  circuits: OpenCircuit[];
  health: HealthItem[];
  at: string;
}

interface WebhookRow {
  id: string;
  name: string;
  url: string;
  account_id: string;
  account_name: string;
  status: string;
  disabled_reason: string | null;
  failing_since: Date | null;
  circuit_state: string;
  circuit_changed_at: Date | null;
  last_outcome: AttemptOutcome | null;
  last_status_code: number | null;
  waiting: number;
}

const WEBHOOK = `
  select webhooks.id, webhooks.name, webhooks.url, webhooks.account_id, accounts.name as account_name, webhooks.status,
         webhooks.disabled_reason, webhooks.failing_since, webhooks.circuit_state, webhooks.circuit_changed_at, last.last_outcome, last.last_status_code,
         (select count(*)::int from (
           select 1 from deliveries where webhook_id = webhooks.id and parked_at is not null limit 1000) as parked) as waiting
  from webhooks join accounts on accounts.id = webhooks.account_id
  left join lateral (
    select last_outcome, last_status_code from (
      select id, last_outcome, last_status_code from deliveries where webhook_id = webhooks.id order by id desc limit 200
    ) as newest where last_outcome is not null and last_outcome <> 'DELIVERED' order by id desc limit 1
  ) as last on true`;

/** Failing longest first: who is closest to being disabled stands on top. */
const FAILING = `${WEBHOOK}
  where webhooks.deleted_at is null and (webhooks.failing_since is not null or webhooks.status = 'DISABLED')
  order by webhooks.failing_since nulls last limit 20`;
const CIRCUITS = `${WEBHOOK} where webhooks.deleted_at is null and webhooks.circuit_state <> 'CLOSED' order by webhooks.circuit_changed_at desc nulls last limit 20`;

/** A dispatcher that has not been heard of for so long is gone. */
const DISPATCHER_SILENT_S = 30;
/** However many people look at it: PostgreSQL is asked this often at most. */
const FRESH_FOR_MS = 4_000;

/** What staff see first: how deliveries go, and what does not. */
@Injectable()
export class StartPage {
  private readonly latest = new Map<RangeName, { at: number; data: Promise<StartPageData> }>();

  constructor(
    private readonly sql: Sql,
    private readonly redis: RedisConnection,
    private readonly sampler: MinuteSampler,
  ) {}

  data(asked: unknown): Promise<StartPageData> {
    const range = isRange(asked) ? asked : 'hour';
    const known = this.latest.get(range);
    if (known && Date.now() - known.at < FRESH_FOR_MS) return known.data;
    const data = this.read(range, new Date());
    this.latest.set(range, { at: Date.now(), data });
    data.catch(() => this.latest.delete(range));
    return data;
  }

  private async read(range: RangeName, now: Date): Promise<StartPageData> {
    const from = new Date(now.getTime() - RANGES[range].minutes * 60_000);
    const [minutes, waiting, failing, circuits, health] = await Promise.all([
      this.sampler.since(from, now),
      this.sampler.waiting(),
      this.sql.rows<WebhookRow>(FAILING),
      this.sql.rows<WebhookRow>(CIRCUITS),
      this.health(),
    ]);
    return {
      range,
      points: pointsOf(minutes, range, now),
      now: waiting,
      failing: failing.map(failingWebhook),
      circuits: circuits.map((row) => ({
        id: fromUuid('whk', row.id),
        name: row.name,
        url: row.url,
        accountName: row.account_name,
        state: row.circuit_state,
        since: row.circuit_changed_at?.toISOString() ?? null,
        waiting: row.waiting,
      })),
      health,
      at: now.toISOString(),
    };
  }

  private async health(): Promise<HealthItem[]> {
    const [postgres, redis, dispatchers] = await Promise.all([
      timed(this.sql.rows('select 1')),
      timed(this.redis.client.ping()),
      this.sql.rows<{ name: string; silent_s: number }>(
        `select name, extract(epoch from now() - heartbeat_at)::int as silent_s from dispatchers
         where heartbeat_at > now() - interval '10 minutes' order by heartbeat_at desc limit 20`,
      ),
    ]);
    const alive = dispatchers.filter((dispatcher) => dispatcher.silent_s <= DISPATCHER_SILENT_S);
    return [
      { name: 'PostgreSQL', ...postgres },
      { name: 'Redis', ...redis },
      {
        name: 'Dispatchers',
        isUp: alive.length > 0,
        detail: alive.length > 0 ? `${alive.length} at work` : 'none at work: nothing is being sent',
      },
    ];
  }
}

function failingWebhook(row: WebhookRow): FailingWebhook {
  return {
    id: fromUuid('whk', row.id),
    name: row.name,
    url: row.url,
    accountId: fromUuid('acc', row.account_id),
    accountName: row.account_name,
    status: row.status,
    since: row.failing_since?.toISOString() ?? null,
    reason: row.status === 'DISABLED' && row.disabled_reason ? row.disabled_reason : shortReason(row),
  };
}

function shortReason(row: WebhookRow): string {
  if (row.last_outcome === null) return 'Not known any more';
  return explainAttempt({
    outcome: row.last_outcome,
    statusCode: row.last_status_code,
    errorCode: null,
    errorText: null,
    requestUrl: row.url,
    durationMs: 0,
    responseHeaders: null,
  }).short;
}

async function timed(work: Promise<unknown>): Promise<{ isUp: boolean; detail: string }> {
  const begun = performance.now();
  return work.then(
    () => ({ isUp: true, detail: `answers in ${Math.max(1, Math.round(performance.now() - begun))} ms` }),
    () => ({ isUp: false, detail: 'does not answer' }),
  );
}
