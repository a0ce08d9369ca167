import type { CallSummary } from '@app/events';
import {
  shownFormat,
  type CustomMethod,
  type EventType,
  type FormatName,
  type ShownFormat,
} from '@app/formatting';
import { fromUuid, timeOf } from '@app/platform';
import type { CircuitState, WebhookStatus } from '@app/webhooks';
import type { AttemptOutcome, AttemptTrigger } from '../attempt';
import type { DeliveryStatus } from '../delivery.entity';

/** Why a PENDING delivery is not being sent at this moment. */
export const WAITING_REASONS = [
  /** Its next attempt is due at `nextAttemptAt`. */
  'RETRY_DUE',
  /** Its webhook has as much in flight as it may have, or more waits before it. */
  'ROOM',
  /** Its webhook kept failing, so only a probe is sent now and then until one succeeds. */
  'CIRCUIT_OPEN',
] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

/** Why nothing is sent to the endpoint of a waiting delivery. */
export const HELD_REASONS = [
  /** Its webhook is paused. It continues, with its remaining attempts, when the webhook is active again. */
  'PAUSED',
  /** Its endpoint has asked to wait (429 or 503 with `Retry-After`), until `nextAttemptAt`. */
  'RETRY_AFTER',
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** A delivery as people see it. */
export interface DeliverySummary {
  id: string;
  webhookId: string;
  eventId: string;
  eventType: EventType;
  callId: string;
  test: boolean;
  format: ShownFormat;
  status: DeliveryStatus;
  trigger: AttemptTrigger;
  attemptCount: number;
  /** Null unless PENDING, and null while a dispatcher is sending it. */
  waitingFor: WaitingReason | null;
  /** Null unless it waits because its endpoint is not to be sent to. */
  held: HeldReason | null;
  nextAttemptAt: Date | null;
  lastOutcome: AttemptOutcome | null;
  lastStatusCode: number | null;
  createdAt: Date;
  /** When it was DELIVERED or FAILED for good. */
  finishedAt: Date | null;
}

/** A delivery in a list, with enough of its call to recognize it. */
export interface ListedDelivery extends DeliverySummary {
  call: CallSummary;
}

export interface AttemptView {
  id: string;
  number: number;
  trigger: AttemptTrigger;
  startedAt: Date;
  durationMs: number;
  outcome: AttemptOutcome;
  statusCode: number | null;
  error: { code: string | null; text: string | null } | null;
  request: { method: CustomMethod; url: string; headers: Record<string, string>; body: string | null };
  /** Null: nothing was answered. Its body is null once the payload was expunged, for it may repeat it. */
  response: { headers: Record<string, string>; body: string | null; truncated: boolean } | null;
  /** When the attempt after this one began, or is due. Null: there is none, or it only waits for room. */
  nextAttemptAt: Date | null;
}

/** A delivery with everything that was sent and answered. */
export interface DeliveryDetail extends ListedDelivery {
  /** The exact body of every attempt. Null once the payload was expunged. */
  body: string | null;
  payloadExpungedAt: Date | null;
  attempts: AttemptView[];
}

/** As `delivery-query.ts` reads it. */
export interface DeliveryRow {
  id: string;
  webhook_id: string;
  event_id: string;
  event_type: EventType;
  format: FormatName;
  status: DeliveryStatus;
  trigger: AttemptTrigger;
  attempt_count: number;
  due_at: Date | null;
  retry_at: Date | null;
  parked_at: Date | null;
  failed_at: Date | null;
  finished_at: Date | null;
  last_outcome: AttemptOutcome | null;
  last_status_code: number | null;
  call_id: string;
  test: boolean;
  expunged_at: Date | null;
  next_number: number;
  circuit_state: CircuitState | null;
  webhook_status: WebhookStatus | null;
  /** Only while it is in the future. */
  held_until: Date | null;
}

export interface AttemptRow {
  id: string;
  number: number;
  trigger: AttemptTrigger;
  started_at: Date;
  duration_ms: number;
  outcome: AttemptOutcome;
  status_code: number | null;
  error_code: string | null;
  error_text: string | null;
  request_url: string;
  request_headers: string;
  response_headers: string | null;
  response_body: string | null;
  response_truncated: boolean;
}

export function summaryOf(row: DeliveryRow): DeliverySummary {
  return {
    id: fromUuid('dlv', row.id),
    webhookId: fromUuid('whk', row.webhook_id),
    eventId: fromUuid('evt', row.event_id),
    eventType: row.event_type,
    callId: row.call_id,
    test: row.test,
    format: shownFormat(row.format),
    status: row.status,
    trigger: row.trigger,
    attemptCount: attemptCountOf(row),
    waitingFor: waitingFor(row),
    held: heldBy(row),
    nextAttemptAt: nextAttemptOf(row),
    lastOutcome: row.last_outcome,
    lastStatusCode: row.last_status_code,
    createdAt: timeOf(row.id),
    finishedAt: row.finished_at ?? row.failed_at,
  };
}

type WaitingRow = Pick<
  DeliveryRow,
  'status' | 'due_at' | 'retry_at' | 'parked_at' | 'circuit_state' | 'webhook_status' | 'held_until'
>;

/** Why a delivery waits. A claimed one is being attempted. */
export function waitingFor(row: WaitingRow): WaitingReason | null {
  if (heldBy(row) !== null) return null;
  if (row.due_at || row.retry_at) return 'RETRY_DUE';
  if (!row.parked_at) return null;
  return row.circuit_state === null || row.circuit_state === 'CLOSED' ? 'ROOM' : 'CIRCUIT_OPEN';
}

/** Why nothing is sent to its endpoint. A delivery that is being attempted is not held. */
export function heldBy(row: WaitingRow): HeldReason | null {
  if (!isWaiting(row)) return null;
  if (row.webhook_status === 'PAUSED') return 'PAUSED';
  return row.held_until ? 'RETRY_AFTER' : null;
}

/** Unknown while its webhook is paused; otherwise the later of its retry's time and its endpoint's. */
function nextAttemptOf(row: WaitingRow): Date | null {
  const held = heldBy(row);
  if (held === 'PAUSED') return null;
  const due = row.due_at ?? row.retry_at;
  if (held === null || row.held_until === null) return due;
  return due && due > row.held_until ? due : row.held_until;
}

/** A number that was drawn for an attempt which is not being made is not counted. */
function attemptCountOf(row: DeliveryRow): number {
  return isWaiting(row) && row.next_number <= row.attempt_count ? row.attempt_count - 1 : row.attempt_count;
}

function isWaiting({ status, due_at, retry_at, parked_at }: WaitingRow): boolean {
  return status === 'PENDING' && (due_at ?? retry_at ?? parked_at) !== null;
}

/** The attempts of a delivery, in their order, all with the body that each of them has sent. */
export function attemptsOf(
  delivery: DeliverySummary,
  rows: AttemptRow[],
  body: string | null,
  method: CustomMethod = 'POST',
): AttemptView[] {
  return rows.map((row, i) => ({
    id: fromUuid('att', row.id),
    number: row.number,
    trigger: row.trigger,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    statusCode: row.status_code,
    error: row.outcome === 'DELIVERED' ? null : { code: row.error_code, text: row.error_text },
    request: { method, url: row.request_url, headers: parseHeaders(row.request_headers), body },
    response:
      row.status_code === null
        ? null
        : {
            headers: parseHeaders(row.response_headers),
            body: row.response_body,
            truncated: row.response_truncated,
          },
    nextAttemptAt: rows[i + 1]?.started_at ?? delivery.nextAttemptAt,
  }));
}

function parseHeaders(json: string | null): Record<string, string> {
  return json === null ? {} : (JSON.parse(json) as Record<string, string>);
}
