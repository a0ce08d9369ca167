import { EVENT_TYPES, type EventType, normaliseTime, parseCallData } from '@app/formatting';
import { type FieldError, isId, newId, Problem } from '@app/platform';
import type { NewEvent } from './event-store';

/** An event's call record may take so much, as JSON, in bytes. */
export const MAX_EVENT_BYTES = 1024 * 1024;

const KNOWN_FIELDS = new Set(['accountId', 'type', 'idempotencyKey', 'occurredAt', 'data']);
/** Unpaired surrogates and NUL can be written in JSON, but not stored as text. */
const NOT_TEXT = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Reads what a publisher says, strictly: a field that is wrong or not known is refused by its path.
 * Written by hand, as it runs for each event; the call record in it is checked by a compiled schema.
 *
 * @param input the body of POST /internal/v1/events: `{accountId, type, idempotencyKey?, occurredAt?, data}`.
 * @throws Problem validation_failed with every path that is wrong; payload_too_large.
 */
export function readPublication(input: unknown): NewEvent {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw Problem.invalid([{ path: '', message: 'must be a JSON object' }]);
  }
  const { accountId, type, idempotencyKey, occurredAt, data } = input as Record<string, unknown>;
  const errors: FieldError[] = [];
  for (const field of Object.keys(input)) {
    if (!KNOWN_FIELDS.has(field)) errors.push({ path: field, message: 'is not a known field' });
  }
  if (!isId('acc', accountId))
    errors.push({ path: 'accountId', message: 'must be the id of an account, acc_…' });
  if (!EVENT_TYPES.includes(type as EventType))
    errors.push({ path: 'type', message: `must be one of ${EVENT_TYPES.join(', ')}` });
  if (idempotencyKey !== undefined && idempotencyKey !== null && !isKey(idempotencyKey)) {
    errors.push({ path: 'idempotencyKey', message: 'must be a string of 1 to 255 characters' });
  }
  const time = readTime(occurredAt);
  if (time === null)
    errors.push({
      path: 'occurredAt',
      message: 'must be an ISO 8601 time with a zone, e.g. 2026-11-23T10:00:00.000Z',
    });
  const record = parseCallData(data);
  if (!record.ok) errors.push(...record.errors);
  if (errors.length > 0 || !record.ok || time === null) throw Problem.invalid(errors);
  // Normalising adds to a record (the text of a transcript, nulls): what counts is what the publisher said.
  if (
    Buffer.byteLength(record.json) > MAX_EVENT_BYTES &&
    Buffer.byteLength(JSON.stringify(data)) > MAX_EVENT_BYTES
  ) {
    throw new Problem('payload_too_large', `The event is larger than ${MAX_EVENT_BYTES} bytes.`, {
      errors: [{ path: 'data', message: `must be at most ${MAX_EVENT_BYTES} bytes as JSON` }],
    });
  }
  return {
    id: newId('evt'),
    accountId: accountId as string,
    type: type as EventType,
    callId: record.data.call.id,
    idempotencyKey: (idempotencyKey as string | null | undefined) ?? null,
    occurredAt: time,
    data: record.json,
  };
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= 255 && !NOT_TEXT.test(value);
}

function readTime(value: unknown): Date | null {
  if (value === undefined || value === null) return new Date();
  const iso = typeof value === 'string' ? normaliseTime(value) : null;
  if (iso === null) return null;
  const time = new Date(iso);
  return time.getTime() < 0 ? null : time;
}
