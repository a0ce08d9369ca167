import type { JsonSchema } from './call-data.schema';
import { EVENT_TYPES, type EventType } from './event-types';
import type { Formatter, PayloadFormatter } from './formatters/formatter';
import {
  DESTINATION_FORMATTERS,
  PAYLOAD_FORMATTERS,
  type DestinationFormat,
  type PayloadFormat,
} from './formatters';
import { sampleCallData } from './samples';

/** What a customer can know of an event type before the first event. */
export interface EventTypeDescription {
  type: EventType;
  description: string;
  /** JSON Schema (draft 2020-12) of the body. */
  schema: Record<PayloadFormat, JsonSchema>;
  example: Record<PayloadFormat, Record<string, unknown>>;
  /** A sample of what each type of webhook with a format of its own gets. */
  messages: Record<DestinationFormat, Record<string, unknown>>;
}

const DESCRIPTIONS: Record<EventType, string> = {
  CALL_COMPLETED: 'An outgoing call finished successfully.',
  CALL_FAILED: 'An outgoing call failed (e.g., busy, no answer, or technical error).',
  INCOMING_CALL_COMPLETED: 'An incoming call to one of your numbers finished successfully.',
  INCOMING_CALL_FAILED: 'An incoming call failed to connect or process.',
};

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The four event types with a JSON Schema and an example body in each format that customers can choose. */
export const EVENT_TYPE_CATALOG: readonly EventTypeDescription[] = EVENT_TYPES.map((type, index) => ({
  type,
  description: DESCRIPTIONS[type],
  schema: byFormat((formatter) => ({
    $schema: DIALECT,
    ...withoutOwnKeywords(formatter.schema(type, DESCRIPTIONS[type])),
  })),
  example: byFormat((formatter) => example(type, index, formatter)),
  messages: Object.fromEntries(
    DESTINATION_FORMATTERS.map((formatter) => [formatter.name, example(type, index, formatter)]),
  ) as Record<DestinationFormat, Record<string, unknown>>,
}));

function byFormat<T>(of: (formatter: PayloadFormatter) => T): Record<PayloadFormat, T> {
  const entries = PAYLOAD_FORMATTERS.map((formatter) => [formatter.name, of(formatter)]);
  return Object.fromEntries(entries) as Record<PayloadFormat, T>;
}

function example(type: EventType, index: number, formatter: Formatter): Record<string, unknown> {
  const event = {
    id: `evt_019ab000-0000-7000-8000-00000000000${index + 1}`,
    type,
    occurredAt: new Date('2026-11-23T10:00:00.000Z'),
    data: JSON.stringify(sampleCallData(type)),
    test: false,
  };
  return JSON.parse(formatter.render(event).toString('utf8')) as Record<string, unknown>;
}

/** `x-rule` is for our own error messages. */
function withoutOwnKeywords(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'x-rule' ? undefined : value)),
  ) as JsonSchema;
}
