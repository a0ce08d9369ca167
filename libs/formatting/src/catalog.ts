import { callDataSchema, type JsonSchema } from './call-data.schema';
import { API_VERSION, EVENT_TYPES, type EventType, type PayloadFormat } from './event-types';
import { renderBody } from './render-body';
import { sampleCallData } from './samples';
import { fixedFields } from './zapier';

/** What a customer can know of an event type before the first event. */
export interface EventTypeDescription {
  type: EventType;
  description: string;
  /** JSON Schema (draft 2020-12) of the body. */
  schema: Record<PayloadFormat, JsonSchema>;
  example: Record<PayloadFormat, Record<string, unknown>>;
}

const DESCRIPTIONS: Record<EventType, string> = {
  CALL_COMPLETED: 'An outgoing call finished successfully.',
  CALL_FAILED: 'An outgoing call failed (e.g., busy, no answer, or technical error).',
  INCOMING_CALL_COMPLETED: 'An incoming call to one of your numbers finished successfully.',
  INCOMING_CALL_FAILED: 'An incoming call failed to connect or process.',
};

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

function nestedSchema(type: EventType): JsonSchema {
  return {
    $schema: DIALECT,
    title: `${type}, format DEFAULT`,
    description: DESCRIPTIONS[type],
    type: 'object',
    properties: {
      id: { type: 'string', description: 'The id of the event; the same on every attempt and replay.' },
      type: { const: type },
      timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
      apiVersion: { const: API_VERSION },
      test: { const: true, description: 'Only on a test delivery.' },
      data: withoutOwnKeywords(callDataSchema('body')),
    },
    required: ['id', 'type', 'timestamp', 'apiVersion', 'data'],
    additionalProperties: false,
  };
}

type FixedKey = keyof ReturnType<typeof fixedFields>;

const TEXT = { type: 'string' };
const TEXT_OR_NULL = { type: ['string', 'null'] };
const TIME = { type: 'string', format: 'date-time' };
const TIME_OR_NULL = { type: ['string', 'null'], format: 'date-time' };
const COUNT = { type: 'integer', minimum: 0 };
const SCALAR = { type: ['string', 'number', 'boolean', 'null'] };

const FLAT_FIELDS: Record<FixedKey, JsonSchema> = {
  event_id: { ...TEXT, description: 'The id of the event; the same on every attempt and replay.' },
  event_type: TEXT,
  event_timestamp: { ...TIME, description: 'When it happened.' },
  api_version: { const: API_VERSION },
  test: { type: 'boolean', description: 'Whether this is a test delivery.' },
  call_id: TEXT,
  call_title: TEXT_OR_NULL,
  call_status: TEXT,
  call_direction: { enum: ['incoming', 'outgoing', null] },
  call_duration_seconds: { type: ['number', 'null'], minimum: 0 },
  call_started_at: TIME,
  call_finished_at: TIME_OR_NULL,
  call_end_reason: TEXT_OR_NULL,
  agent_id: TEXT_OR_NULL,
  agent_name: TEXT_OR_NULL,
  from_number: TEXT,
  to_number: TEXT,
  transcript: { ...TEXT_OR_NULL, description: 'The whole conversation as text, one line a turn.' },
  transcript_message_count: COUNT,
  transcript_language: { ...TEXT_OR_NULL, description: 'The language of most turns.' },
  summary_full: TEXT_OR_NULL,
  summary_short: TEXT_OR_NULL,
  recording_url: TEXT_OR_NULL,
  evaluation_count: COUNT,
  evaluation_passed_count: { ...COUNT, description: 'How many quality checks have the result true.' },
  tasks: { ...TEXT_OR_NULL, description: 'The titles of the generated tasks, one line each.' },
  task_count: COUNT,
};

/** The four event types with a JSON Schema and an example body in both formats. */
export const EVENT_TYPE_CATALOG: readonly EventTypeDescription[] = EVENT_TYPES.map((type, index) => ({
  type,
  description: DESCRIPTIONS[type],
  schema: { DEFAULT: nestedSchema(type), ZAPIER: flatSchema(type) },
  example: { DEFAULT: example(type, index, 'DEFAULT'), ZAPIER: example(type, index, 'ZAPIER') },
}));

function flatSchema(type: EventType): JsonSchema {
  return {
    $schema: DIALECT,
    title: `${type}, format ZAPIER`,
    description: `${DESCRIPTIONS[type]} One flat object; no value is ever an object or a list.`,
    type: 'object',
    properties: { ...FLAT_FIELDS, event_type: { const: type } },
    patternProperties: {
      '^call_metadata_': { ...SCALAR, description: 'What was attached to the call when it was placed.' },
      '^collected_': { ...SCALAR, description: 'What the AI extracted from the conversation.' },
      '^evaluation_': { ...SCALAR, description: 'A quality check, and its rationale under `…_rationale`.' },
      '^task_\\d+_(title|description|due_at|assignee)$': {
        ...SCALAR,
        description: 'A task; the first one is number 1.',
      },
    },
    required: Object.keys(FLAT_FIELDS),
    additionalProperties: false,
  };
}

function example(type: EventType, index: number, format: PayloadFormat): Record<string, unknown> {
  const event = {
    id: `evt_019ab000-0000-7000-8000-00000000000${index + 1}`,
    type,
    occurredAt: new Date('2026-11-23T10:00:00.000Z'),
    data: JSON.stringify(sampleCallData(type)),
    test: false,
  };
  return JSON.parse(renderBody(event, format).toString('utf8')) as Record<string, unknown>;
}

/** `x-rule` is for our own error messages. */
function withoutOwnKeywords(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'x-rule' ? undefined : value)),
  ) as JsonSchema;
}
