import type { AttemptOutcome, DeliveryStatus } from '@app/delivery';
import { fromUuid } from '@app/platform';
import { explainAttempt } from '../explain/explain-attempt';

/** A delivery as one line of a table. */
export interface DeliveryLine {
  id: string;
  at: string;
  status: DeliveryStatus;
  eventId: string;
  eventType: string;
  webhookId: string;
  webhookName: string | null;
  attemptCount: number;
  why: string;
}

export interface DeliveryLineRow {
  id: string;
  created_at: Date;
  status: DeliveryStatus;
  event_id: string;
  event_type: string;
  webhook_id: string;
  webhook_name: string | null;
  attempt_count: number;
  last_outcome: AttemptOutcome | null;
  last_status_code: number | null;
}

/** Put before conditions on `deliveries`; `webhooks` is joined for its name. */
export const DELIVERY_LINES = `
  select deliveries.id, deliveries.created_at, deliveries.status, event_id, event_type, webhook_id, webhooks.name as webhook_name,
         attempt_count, last_outcome, last_status_code
  from deliveries left join webhooks on webhooks.id = deliveries.webhook_id`;

export function deliveryLine(row: DeliveryLineRow): DeliveryLine {
  return {
    id: fromUuid('dlv', row.id),
    at: row.created_at.toISOString(),
    status: row.status,
    eventId: fromUuid('evt', row.event_id),
    eventType: row.event_type,
    webhookId: fromUuid('whk', row.webhook_id),
    webhookName: row.webhook_name,
    attemptCount: row.attempt_count,
    why: whyShort(row.last_outcome, row.last_status_code),
  };
}

/** What the newest attempt came to, in a few words: all that a list can say without reading the attempt itself. */
export function whyShort(outcome: AttemptOutcome | null, statusCode: number | null): string {
  if (outcome === null) return 'No attempt yet';
  const unknown = { errorCode: null, errorText: null, requestUrl: '', durationMs: 0, responseHeaders: null };
  return explainAttempt({ outcome, statusCode, ...unknown }).short;
}
