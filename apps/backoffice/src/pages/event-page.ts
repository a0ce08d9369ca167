import { Injectable } from '@nestjs/common';
import { fromUuid, Problem, Sql, toUuid } from '@app/platform';
import { DELIVERY_LINES, deliveryLine, type DeliveryLine, type DeliveryLineRow } from './rows';

export interface EventPageData {
  event: {
    id: string;
    type: string;
    callId: string;
    test: boolean;
    idempotencyKey: string | null;
    occurredAt: string;
    createdAt: string;
    expungedAt: string | null;
  };
  account: { id: string; name: string };
  from: string | null;
  to: string | null;
  /** The JSON text; hidden parts are replaced on the way out. Null once expunged. */
  data: string | null;
  /** Set on the way out: something was hidden because the reader's role may not see it without revealing it. */
  isMasked?: boolean;
  deliveries: DeliveryLine[];
  /** Webhooks of the account that did not get this event, and why. */
  notWanted: { id: string; name: string; why: string }[];
}

interface EventRow {
  id: string;
  account_id: string;
  account_name: string | null;
  type: string;
  call_id: string;
  test: boolean;
  idempotency_key: string | null;
  occurred_at: Date;
  created_at: Date;
  expunged_at: Date | null;
  data: string | null;
}

interface OtherWebhook {
  id: string;
  name: string;
  status: string;
  events: string[];
  created_at: Date;
}

/** An event with its payload, and what became of it at each webhook, also at those that did not want it. */
@Injectable()
export class EventPage {
  constructor(private readonly sql: Sql) {}

  /** Everything; what a reader gets of it is up to `VIEW_SHAPES`. */
  async data(id: string): Promise<EventPageData> {
    const [row] = await this.sql.rows<EventRow>(
      `select events.*, accounts.name as account_name from events left join accounts on accounts.id = events.account_id where events.id = $1`,
      [toUuid(id)],
    );
    if (!row) throw Problem.notFound('event');
    const [deliveries, others] = await Promise.all([
      this.sql.rows<DeliveryLineRow>(
        `${DELIVERY_LINES} where event_id = $1 order by deliveries.id desc limit 200`,
        [row.id],
      ),
      this.sql.rows<OtherWebhook>(
        `select id, name, status, events, created_at from webhooks
         where account_id = $1 and deleted_at is null
           and not exists (select from deliveries where event_id = $2 and webhook_id = webhooks.id)
         order by id desc limit 50`,
        [row.account_id, row.id],
      ),
    ]);
    const numbers =
      row.data === null
        ? null
        : (JSON.parse(row.data) as { phoneNumbers?: { from: string | null; to: string | null } })
            .phoneNumbers;
    return {
      event: {
        id,
        type: row.type,
        callId: row.call_id,
        test: row.test,
        idempotencyKey: row.idempotency_key,
        occurredAt: row.occurred_at.toISOString(),
        createdAt: row.created_at.toISOString(),
        expungedAt: row.expunged_at?.toISOString() ?? null,
      },
      account: { id: fromUuid('acc', row.account_id), name: row.account_name ?? '(gone)' },
      from: numbers?.from ?? null,
      to: numbers?.to ?? null,
      data: row.data,
      deliveries: deliveries.map(deliveryLine),
      notWanted: row.test
        ? []
        : others.map((webhook) => ({
            id: fromUuid('whk', webhook.id),
            name: webhook.name,
            why: whyNot(webhook, row),
          })),
    };
  }
}

/** Why a webhook has no delivery of an event, as far as its present state tells. */
export function whyNot(
  webhook: Pick<OtherWebhook, 'status' | 'events' | 'created_at'>,
  event: { type: string; created_at: Date },
): string {
  if (webhook.created_at > event.created_at) return 'It was made only after this event.';
  if (!webhook.events.includes(event.type)) return `It is not subscribed to ${event.type}.`;
  if (webhook.status === 'PAUSED') return 'It is paused. Activate it, then replay what it missed.';
  if (webhook.status === 'DISABLED') return 'It is disabled. Activate it, then replay what it missed.';
  return 'It was paused, disabled or not subscribed when the event came. Replay what it missed.';
}
