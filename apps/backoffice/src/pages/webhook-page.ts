import { Injectable } from '@nestjs/common';
import { DeliveryStats, type WebhookStats } from '@app/delivery';
import { fromUuid, Problem, Sql, toUuid } from '@app/platform';
import { DELIVERY_LINES, deliveryLine, type DeliveryLine, type DeliveryLineRow } from './rows';

export interface WebhookPageData {
  webhook: {
    id: string;
    name: string;
    url: string;
    events: string[];
    format: string;
    status: string;
    disabledReason: string | null;
    hasSecret: boolean;
    secretHint: string | null;
    previousSecretExpiresAt: string | null;
    hasCustomHeaders: boolean;
    retryPolicy: string;
    maxConcurrency: number | null;
    rateLimitPerSecond: number | null;
    circuitState: string;
    circuitChangedAt: string | null;
    failingSince: string | null;
    createdAt: string;
    updatedAt: string;
    deletedAt: string | null;
  };
  account: { id: string; name: string };
  /** Null for a webhook that is deleted. */
  stats: WebhookStats | null;
  waiting: number;
  failed: DeliveryLine[];
  newest: DeliveryLine[];
  replays: {
    id: string;
    which: string;
    status: string;
    count: number;
    queued: number;
    at: string;
    endReason: string | null;
  }[];
}

interface WebhookRow {
  account_id: string;
  account_name: string | null;
  name: string;
  url: string;
  events: string[];
  format: string;
  status: string;
  disabled_reason: string | null;
  has_secret: boolean;
  secret_hint: string | null;
  previous_secret_expires_at: string | null;
  has_headers: boolean;
  retry_policy: string;
  max_concurrency: number | null;
  rate_limit_per_second: number | null;
  circuit_state: string;
  circuit_changed_at: Date | null;
  failing_since: Date | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

/** Sealed secrets and header values are not even read here. */
const WEBHOOK = `
  select account_id, (select name from accounts where id = account_id) as account_name, name, url, events, format, status,
         disabled_reason, jsonb_array_length(sealed_secrets) > 0 as has_secret, sealed_secrets -> 0 ->> 'hint' as secret_hint,
         case when (sealed_secrets -> 1 ->> 'expiresAt')::timestamptz > now() then sealed_secrets -> 1 ->> 'expiresAt' end as previous_secret_expires_at,
         sealed_headers is not null as has_headers, retry_policy, max_concurrency, rate_limit_per_second, circuit_state,
         circuit_changed_at, failing_since, created_at, updated_at, deleted_at
  from webhooks where webhooks.id = $1`;

/** A webhook: how it does, what failed, what it is set to. */
@Injectable()
export class WebhookPage {
  constructor(
    private readonly sql: Sql,
    private readonly stats: DeliveryStats,
  ) {}

  async data(id: string): Promise<WebhookPageData> {
    const uuid = toUuid(id);
    const [row] = await this.sql.rows<WebhookRow>(WEBHOOK, [uuid]);
    if (!row) throw Problem.notFound('webhook');
    const accountId = fromUuid('acc', row.account_id);
    const [stats, waiting, failed, newest, replays] = await Promise.all([
      row.deleted_at ? null : this.stats.ofWebhook(accountId, id, '24h'),
      this.sql.rows<{ count: number }>(
        `select count(*)::int as count from (
           select 1 from deliveries where webhook_id = $1 and parked_at is not null limit 10001) as parked`,
        [uuid],
      ),
      this.lines('webhook_id = $1 and failed_at is not null', uuid, 10),
      this.lines('webhook_id = $1', uuid, 15),
      this.sql.rows<{
        id: string;
        which: string;
        status: string;
        count: number;
        queued: number;
        created_at: Date;
        end_reason: string | null;
      }>(
        'select id, which, status, count, queued, created_at, end_reason from replays where webhook_id = $1 order by id desc limit 5',
        [uuid],
      ),
    ]);
    return {
      webhook: viewOf(id, row),
      account: { id: accountId, name: row.account_name ?? '(gone)' },
      stats,
      waiting: waiting[0].count,
      failed,
      newest,
      replays: replays.map(({ created_at, end_reason, ...replay }) => ({
        ...replay,
        id: fromUuid('rpl', replay.id),
        at: created_at.toISOString(),
        endReason: end_reason,
      })),
    };
  }

  private async lines(where: string, uuid: string, limit: number): Promise<DeliveryLine[]> {
    const rows = await this.sql.rows<DeliveryLineRow>(
      `${DELIVERY_LINES} where ${where} order by deliveries.id desc limit ${limit}`,
      [uuid],
    );
    return rows.map(deliveryLine);
  }
}

function viewOf(id: string, row: WebhookRow): WebhookPageData['webhook'] {
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  return {
    id,
    name: row.name,
    url: row.url,
    events: row.events,
    format: row.format,
    status: row.status,
    disabledReason: row.disabled_reason,
    hasSecret: row.has_secret,
    secretHint: row.secret_hint,
    previousSecretExpiresAt: row.previous_secret_expires_at,
    hasCustomHeaders: row.has_headers,
    retryPolicy: row.retry_policy,
    maxConcurrency: row.max_concurrency,
    rateLimitPerSecond: row.rate_limit_per_second,
    circuitState: row.circuit_state,
    circuitChangedAt: iso(row.circuit_changed_at),
    failingSince: iso(row.failing_since),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    deletedAt: iso(row.deleted_at),
  };
}
