import type { CallData } from '../call-data';
import type { JsonSchema } from '../call-data.schema';
import { API_VERSION } from '../event-types';
import { fixedFields, flatten } from '../zapier';
import type { PayloadFormatter } from './formatter';

/** One flat object, for Zapier and other no-code tools. */
export const zapierFormatter: PayloadFormatter<'ZAPIER'> = {
  name: 'ZAPIER',

  render(event) {
    const envelope = {
      id: event.id,
      type: event.type,
      timestamp: event.occurredAt.toISOString(),
      apiVersion: API_VERSION,
      test: event.test,
    };
    return Buffer.from(flatten(envelope, JSON.parse(event.data) as CallData), 'utf8');
  },

  schema: (type, description) => ({
    title: `${type}, format ZAPIER`,
    description: `${description} One flat object; no value is ever an object or a list.`,
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
  }),
};

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
  call_started_at: TIME_OR_NULL,
  call_finished_at: TIME_OR_NULL,
  call_end_reason: TEXT_OR_NULL,
  agent_id: TEXT_OR_NULL,
  agent_name: TEXT_OR_NULL,
  from_number: TEXT_OR_NULL,
  to_number: TEXT_OR_NULL,
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
