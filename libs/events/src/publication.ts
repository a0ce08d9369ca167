import {
  below,
  EVENT_TYPES,
  type EventType,
  FieldErrors,
  normaliseTime,
  parseCallData,
  type ParsedCallData,
} from '@app/formatting';
import { isId, newId, Problem } from '@app/platform';
import type { NewEvent } from './event-store';
import type { JsonDocument } from './json/read-json';

/** An event's call record may take so much as it is stored: as JSON in normal form, in bytes of UTF-8. */
export const MAX_EVENT_BYTES = 1024 * 1024;
/** What the JSON of one event may take as it is sent: escapes take up to six times as much, and there is white space. */
export const MAX_EVENT_TEXT_BYTES = 8 * 1024 * 1024;

const MAX_KEY_CHARACTERS = 255;
const KNOWN_FIELDS = new Set(['accountId', 'type', 'idempotencyKey', 'occurredAt', 'data']);
/** Unpaired surrogates and NUL can be written in JSON, but not stored as text. */
const NOT_TEXT = /\0|\p{Surrogate}/u;

/** What is known of a publication that is rejected, without a word of the call. */
export interface RejectedPublication {
  accountId: string | null;
  type: EventType | null;
  idempotencyKey: string | null;
}

export interface PublicationKeys {
  /** The `Idempotency-Key` header, which counts as the field `idempotencyKey`. */
  idempotencyKey?: string;
  /** The key of an event that has none. */
  fallbackKey?: string;
}

export type ReadPublication =
  { ok: true; event: NewEvent } | { ok: false; problem: Problem; about: RejectedPublication };

/**
 * Reads a publication strictly: a field that is wrong or unknown is rejected by its path, together with all others.
 * Written by hand, as it runs for each event; the call record in it is checked by a compiled schema.
 *
 * @param document `{accountId, type, idempotencyKey?, occurredAt?, data}`, and what was wrong with its text.
 * @param keys where the idempotency key can come from besides the field.
 * @returns the event, or Problem validation_failed (at most 20 errors) or payload_too_large.
 */
export function readPublication(
  { value, errors: faults }: JsonDocument,
  { idempotencyKey: headerKey, fallbackKey }: PublicationKeys = {},
): ReadPublication {
  const errors = new FieldErrors();
  for (const { path, message } of faults) errors.add(path, message);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.add('', 'must be a JSON object');
    return rejected(Problem.invalid(errors.list), { accountId: null, type: null, idempotencyKey: null });
  }
  const { accountId, type, idempotencyKey, occurredAt, data } = value as Record<string, unknown>;
  for (const field of Object.keys(value)) {
    if (!KNOWN_FIELDS.has(field)) errors.add(below('', field), 'is not a known field');
  }
  if (!isId('acc', accountId)) errors.add('accountId', 'must be the id of an account, acc_…');
  if (!EVENT_TYPES.includes(type as EventType))
    errors.add('type', `must be one of ${EVENT_TYPES.join(', ')}`);
  const key = readKey(idempotencyKey, headerKey, errors) ?? fallbackKey ?? null;
  const time = readTime(occurredAt, errors);
  const record = parseCallData(data);
  if (!record.ok) for (const { path, message } of record.errors) errors.add(path, message);
  const about = {
    accountId: isId('acc', accountId) ? accountId : null,
    type: EVENT_TYPES.includes(type as EventType) ? (type as EventType) : null,
    idempotencyKey: key,
  };
  if (errors.list.length > 0 || !record.ok) return rejected(Problem.invalid(errors.list), about);
  if (isTooLarge(record.json)) return rejected(tooLarge(), about);
  return { ok: true, event: toEvent(about, time, record) };
}

/** @param bytes of the JSON that was sent, or of what it would be without white space and needless escapes. */
export function tooLarge(): Problem {
  return new Problem('payload_too_large', `The event is larger than ${MAX_EVENT_BYTES} bytes.`, {
    errors: [{ path: 'data', message: `must be at most ${MAX_EVENT_BYTES} bytes as it is stored` }],
  });
}

function rejected(problem: Problem, about: RejectedPublication): ReadPublication {
  return { ok: false, problem, about };
}

function toEvent(
  { accountId, type, idempotencyKey }: RejectedPublication,
  occurredAt: Date,
  record: Extract<ParsedCallData, { ok: true }>,
): NewEvent {
  return {
    id: newId('evt'),
    accountId: accountId!,
    type: type!,
    callId: record.data.call.id,
    idempotencyKey,
    occurredAt,
    data: record.json,
  };
}

/** A UTF-16 unit takes three bytes at most, so that short texts need not be measured. */
function isTooLarge(json: string): boolean {
  return json.length > MAX_EVENT_BYTES / 3 && Buffer.byteLength(json) > MAX_EVENT_BYTES;
}

/** @returns the key of the event; null if it has none, or a wrong one. */
function readKey(inBody: unknown, inHeader: string | undefined, errors: FieldErrors): string | null {
  if (inHeader !== undefined && !isKey(inHeader)) {
    errors.add('Idempotency-Key', `must be 1 to ${MAX_KEY_CHARACTERS} characters`);
    return null;
  }
  if (inBody === undefined || inBody === null) return inHeader ?? null;
  if (!isKey(inBody)) {
    errors.add('idempotencyKey', `must be a string of 1 to ${MAX_KEY_CHARACTERS} characters`);
    return null;
  }
  if (inHeader !== undefined && inHeader !== inBody) {
    errors.add('idempotencyKey', 'differs from the Idempotency-Key header');
  }
  return inBody;
}

function isKey(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2 * MAX_KEY_CHARACTERS || NOT_TEXT.test(value))
    return false;
  const characters = value.length <= MAX_KEY_CHARACTERS ? value.length : [...value].length;
  return characters >= 1 && characters <= MAX_KEY_CHARACTERS;
}

function readTime(value: unknown, errors: FieldErrors): Date {
  const now = new Date();
  if (value === undefined || value === null) return now;
  const iso = typeof value === 'string' ? normaliseTime(value) : null;
  const time = iso === null ? null : new Date(iso);
  if (time !== null && time.getTime() >= 0) return time;
  errors.add('occurredAt', 'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z');
  return now;
}
