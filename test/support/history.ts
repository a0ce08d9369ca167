import { randomBytes } from 'node:crypto';
import type { EventType } from '@app/formatting';
import { sampleCallData } from '@app/formatting';
import { firstIdAt, fromUuid, toUuid } from '@app/platform';
import type { TestDatabase } from './database';

/** A delivery that happened (or waits) without anything having been sent for it. */
export interface PastDelivery {
  accountId: string;
  webhookId: string;
  status?: 'PENDING' | 'DELIVERED' | 'FAILED';
  eventType?: EventType;
  callId?: string;
  /** When it was made; default now. */
  at?: Date;
  dueAt?: Date;
  parkedAt?: Date;
  /** Of its one attempt; none for a PENDING one. */
  durationMs?: number;
  outcome?: string;
  test?: boolean;
}

/** Writes an event, its delivery and its attempt straight into the tables, at any time in the past. */
export async function recordDelivery(
  database: TestDatabase,
  past: PastDelivery,
): Promise<{ deliveryId: string; eventId: string }> {
  const at = past.at ?? new Date();
  const eventType = past.eventType ?? 'CALL_COMPLETED';
  const status = past.status ?? 'DELIVERED';
  const { eventId } = await recordEvent(database, { ...past, type: eventType, at });
  const deliveryId = idAt('dlv', at);
  const isSettled = status !== 'PENDING';
  const outcome = past.outcome ?? (status === 'DELIVERED' ? 'DELIVERED' : 'HTTP_ERROR');
  const statusCode = { DELIVERED: 200, HTTP_ERROR: 500 }[outcome] ?? null;
  await database.query(
    `insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, trigger, attempt_count, created_at,
                             due_at, parked_at, failed_at, finished_at, last_outcome, last_status_code)
     values ($1, $2, $3, $4, $5, 'DEFAULT', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      toUuid(deliveryId),
      toUuid(past.accountId),
      toUuid(past.webhookId),
      toUuid(eventId),
      eventType,
      status,
      past.test ? 'test' : 'event',
      isSettled ? 1 : 0,
      at,
      past.dueAt ?? null,
      past.parkedAt ?? null,
      status === 'FAILED' ? at : null,
      isSettled ? at : null,
      isSettled ? outcome : null,
      isSettled ? statusCode : null,
    ],
  );
  if (isSettled) {
    await database.query(
      `insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                             request_url, request_headers, response_headers, response_body)
       values ($1, $2, 1, $3, 'event', $4, $5, $6, $7, 'https://example.com/', '{}', $8, $9)`,
      [
        toUuid(idAt('att', at)),
        toUuid(deliveryId),
        toUuid(past.webhookId),
        at,
        past.durationMs ?? 20,
        outcome,
        statusCode,
        statusCode === null ? null : '{"content-type":"text/plain"}',
        statusCode === null ? null : 'ok',
      ],
    );
  }
  return { deliveryId, eventId };
}

/** Writes an event that no webhook has got. */
export async function recordEvent(
  database: TestDatabase,
  past: { accountId: string; type?: EventType; callId?: string; at?: Date; test?: boolean },
): Promise<{ eventId: string }> {
  const at = past.at ?? new Date();
  const eventId = idAt('evt', at);
  const type = past.type ?? 'CALL_COMPLETED';
  const data = sampleCallData(type);
  const callId = past.callId ?? `call_${eventId}`;
  await database.query(
    `insert into events (id, account_id, type, call_id, occurred_at, created_at, test, data) values ($1, $2, $3, $4, $5, $5, $6, $7)`,
    [
      toUuid(eventId),
      toUuid(past.accountId),
      type,
      callId,
      at,
      past.test ?? false,
      JSON.stringify({ ...data, call: { ...data.call, id: callId } }),
    ],
  );
  return { eventId };
}

let sequence = 0;

/** An id that sorts where the time belongs; those of one millisecond in the order they were made. */
function idAt<P extends 'dlv' | 'evt' | 'att'>(prefix: P, at: Date): string {
  const first = toUuid(firstIdAt(prefix, at));
  const order = (sequence++ & 0xfff).toString(16).padStart(3, '0');
  return fromUuid(prefix, `${first.slice(0, 15)}${order}-8000-${randomBytes(6).toString('hex')}`);
}
