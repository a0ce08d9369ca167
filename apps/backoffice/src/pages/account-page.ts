import { Injectable } from '@nestjs/common';
import { fromUuid, Problem, Sql, toUuid } from '@app/platform';
import { DELIVERY_LINES, deliveryLine, type DeliveryLine, type DeliveryLineRow } from './rows';

export interface AccountPageData {
  account: { id: string; name: string; externalId: string | null; createdAt: string };
  webhooks: {
    id: string;
    name: string;
    url: string;
    status: string;
    circuitState: string;
    failingSince: string | null;
    events: string[];
  }[];
  failed: DeliveryLine[];
  events: {
    id: string;
    type: string;
    callId: string;
    at: string;
    test: boolean;
    delivered: number;
    failed: number;
    pending: number;
  }[];
  keys: {
    id: string;
    name: string;
    hint: string;
    lastUsedAt: string | null;
    expiresAt: string | null;
    revokedAt: string | null;
  }[];
}

interface WebhookRow {
  id: string;
  name: string;
  url: string;
  status: string;
  circuit_state: string;
  failing_since: Date | null;
  events: string[];
}

interface EventRow {
  id: string;
  type: string;
  call_id: string;
  occurred_at: Date;
  test: boolean;
  delivered: number;
  failed: number;
  pending: number;
}

interface KeyRow {
  id: string;
  name: string;
  hint: string;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** The newest calls of an account and how each went, counted over its few webhooks. */
const EVENTS = `
  select newest.*, coalesce(delivered, 0)::int as delivered, coalesce(failed, 0)::int as failed, coalesce(pending, 0)::int as pending
  from (select id, type, call_id, occurred_at, test from events where account_id = $1 order by id desc limit 20) as newest
  left join lateral (
    select count(*) filter (where status = 'DELIVERED') as delivered, count(*) filter (where status = 'FAILED') as failed,
           count(*) filter (where status = 'PENDING') as pending
    from deliveries where event_id = newest.id
  ) as counted on true
  order by newest.id desc`;

/** An account: what is wrong there first, then its calls, webhooks and keys. */
@Injectable()
export class AccountPage {
  constructor(private readonly sql: Sql) {}

  async data(id: string): Promise<AccountPageData> {
    const uuid = toUuid(id);
    const [account] = await this.sql.rows<{ name: string; external_id: string | null; created_at: Date }>(
      'select name, external_id, created_at from accounts where id = $1',
      [uuid],
    );
    if (!account) throw Problem.notFound('account');
    const [webhooks, failed, events, keys] = await Promise.all([
      this.sql.rows<WebhookRow>(
        `select id, name, url, status, circuit_state, failing_since, events from webhooks where account_id = $1 and deleted_at is null
         order by (failing_since is null and status = 'ACTIVE'), id desc limit 50`,
        [uuid],
      ),
      this.sql.rows<DeliveryLineRow>(
        `${DELIVERY_LINES} where deliveries.account_id = $1 and failed_at is not null order by deliveries.id desc limit 10`,
        [uuid],
      ),
      this.sql.rows<EventRow>(EVENTS, [uuid]),
      this.sql.rows<KeyRow>(
        'select id, name, hint, last_used_at, expires_at, revoked_at from api_keys where account_id = $1 order by id desc limit 20',
        [uuid],
      ),
    ]);
    return {
      account: {
        id,
        name: account.name,
        externalId: account.external_id,
        createdAt: account.created_at.toISOString(),
      },
      webhooks: webhooks.map(({ circuit_state, failing_since, ...webhook }) => ({
        ...webhook,
        id: fromUuid('whk', webhook.id),
        circuitState: circuit_state,
        failingSince: failing_since?.toISOString() ?? null,
      })),
      failed: failed.map(deliveryLine),
      events: events.map(({ call_id, occurred_at, ...event }) => ({
        ...event,
        id: fromUuid('evt', event.id),
        callId: call_id,
        at: occurred_at.toISOString(),
      })),
      keys: keys.map(({ last_used_at, expires_at, revoked_at, ...key }) => ({
        ...key,
        id: fromUuid('key', key.id),
        lastUsedAt: last_used_at?.toISOString() ?? null,
        expiresAt: expires_at?.toISOString() ?? null,
        revokedAt: revoked_at?.toISOString() ?? null,
      })),
    };
  }
}
