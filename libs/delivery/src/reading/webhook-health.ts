import { Injectable } from '@nestjs/common';
import { fromUuid, rowsInIndexOrder, Sql, toUuid } from '@app/platform';

export const WEBHOOK_HEALTHS = ['HEALTHY', 'FAILING', 'UNKNOWN'] as const;
export type WebhookHealth = (typeof WEBHOOK_HEALTHS)[number];

/** A delivery that has ended, as health needs it. */
export interface EndedDelivery {
  failed: boolean;
  endedAt: Date;
}

const FAILED_IN_A_ROW = 5;
const FAILING_WINDOW_MS = 15 * 60_000;
const SENT_WITHIN_HOURS = 24;
/** Of a webhook with a backlog, the newest deliveries are all PENDING: no more than these are looked at. */
const NEWEST = 50;

/**
 * Tests and deliveries that were not sent say nothing of the endpoint. The index on `(webhook_id, id)` gives the newest
 * of each webhook, so a page of webhooks costs a few thousand rows at any size.
 */
const NEWEST_DELIVERIES = `
  select given.id, newest.is_sent, newest.failed, newest.ended
  from unnest($2::uuid[]) as given (id)
  cross join lateral (
    select
      coalesce(bool_or(attempt_count > 0 and coalesce(finished_at, created_at) > now() - interval '${SENT_WITHIN_HOURS} hours'), false) as is_sent,
      (array_agg(status = 'FAILED' order by id desc) filter (where status <> 'PENDING'))[1:${FAILED_IN_A_ROW}] as failed,
      (array_agg(coalesce(finished_at, created_at) order by id desc) filter (where status <> 'PENDING'))[1:${FAILED_IN_A_ROW}] as ended
    from (
      select id, account_id, trigger, status, attempt_count, finished_at, created_at, last_outcome from deliveries
      where webhook_id = any (array[given.id]) order by webhook_id desc, id desc limit ${NEWEST}
    ) as delivery
    where account_id = $1 and trigger <> 'test' and last_outcome is distinct from 'NOT_SENT'
  ) as newest`;

interface NewestRow {
  id: string;
  is_sent: boolean;
  failed: boolean[] | null;
  ended: Date[] | null;
}

/** Tells how webhooks are doing from their newest deliveries; nothing is written when a delivery succeeds. */
@Injectable()
export class WebhookHealthReader {
  constructor(private readonly sql: Sql) {}

  /** The health of an account's webhooks, by id. */
  async of(accountId: string, webhookIds: readonly string[]): Promise<Map<string, WebhookHealth>> {
    if (webhookIds.length === 0) return new Map();
    const rows = await rowsInIndexOrder<NewestRow>(this.sql, {
      text: NEWEST_DELIVERIES,
      values: [toUuid(accountId), webhookIds.map(toUuid)],
    });
    const now = new Date();
    return new Map(
      rows.map(({ id, is_sent: isSent, failed, ended }) => {
        const last = (failed ?? []).map((one, n) => ({ failed: one, endedAt: ended![n] }));
        return [fromUuid('whk', id), healthOf(isSent, last, now)];
      }),
    );
  }
}

/**
 * @param isSent whether anything was sent within 24 hours.
 * @param last the last deliveries that ended, newest first, at most 5. If all of the last 15 minutes have failed, so have
 * those among these five: had one of them been delivered, they would not be fewer than five.
 */
export function healthOf(isSent: boolean, last: readonly EndedDelivery[], now: Date): WebhookHealth {
  if (!isSent) return 'UNKNOWN';
  if (last.length === FAILED_IN_A_ROW && last.every(({ failed }) => failed)) return 'FAILING';
  const recent = last.filter(({ endedAt }) => now.getTime() - endedAt.getTime() <= FAILING_WINDOW_MS);
  return recent.length > 0 && recent.every(({ failed }) => failed) ? 'FAILING' : 'HEALTHY';
}
