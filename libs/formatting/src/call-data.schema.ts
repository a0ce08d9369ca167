import { ISO_TIME_RULE } from './iso-time';

/** A JSON Schema (draft 2020-12; only keywords that draft 7 knows as well). */
export type JsonSchema = { [keyword: string]: unknown };

/**
 * The same record is described twice: `input` is what a publisher may say (what is not required may be left out or
 * null), `body` is what a receiver gets (everything is there).
 */
type Side = 'input' | 'body';

const FREE_OBJECT: JsonSchema = { type: 'object' };

/** The schema of a call record. Descriptions are for customers: `GET /v1/event-types` and the docs show them. */
export function callDataSchema(side: Side): JsonSchema {
  const optional = (schema: JsonSchema): JsonSchema => (side === 'input' ? nullable(schema) : schema);

  const call = shape(side, 'The call itself.', ['id', 'status'], {
    id: {
      ...text("The call's unique id."),
      // It also stands in a column of its own, and PostgreSQL's text holds no NUL.
      pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]{1,255}$',
      'x-rule': 'must be 1 to 255 characters, none of them a control character',
    },
    title: nullable(text('What the call is called in the dashboard.')),
    status: {
      ...text('How the call went, e.g. `completed`, `busy`, `no_answer`.'),
      minLength: 1,
      maxLength: 100,
    },
    direction: {
      enum: ['incoming', 'outgoing', null],
      description: 'Whether the call came to one of your numbers (`incoming`) or went out (`outgoing`).',
    },
    durationSeconds: nullable(seconds('How long the call lasted.')),
    startedAt: nullable(time('When the call began. Null if it never did.')),
    finishedAt: nullable(time('When the call ended.')),
    endReason: nullable(text('Why the call ended, e.g. `agent_hung_up`.')),
    metadata: optional({
      ...FREE_OBJECT,
      description: 'What was attached to the call when it was placed, unchanged.',
    }),
  });

  const agent = shape(side, 'The AI agent that handled the call.', [], {
    id: nullable(text("The agent's unique id.")),
    name: nullable(text("The agent's name.")),
  });

  const phoneNumbers = shape(
    side,
    'The two ends of the call. Null where there is no number (a web call).',
    [],
    {
      from: nullable({
        ...text('The caller; usually E.164, e.g. `+14155550100`.'),
        minLength: 1,
        maxLength: 255,
      }),
      to: nullable({ ...text('The number that was called.'), minLength: 1, maxLength: 255 }),
    },
  );

  const message = shape(side, 'One turn of the conversation.', ['role'], {
    role: { ...text('Who spoke: `agent`, `caller`, or another role.'), minLength: 1, maxLength: 100 },
    text: nullable(text('What was said. Null for a turn without words, such as a tool call.')),
    startSeconds: nullable(seconds('When the turn began, counted from the start of the call.')),
    endSeconds: nullable(seconds('When the turn ended.')),
    metadata: optional({
      ...FREE_OBJECT,
      description: 'What was heard besides the words: `tone`, `emotion`, `language` and the like.',
    }),
  });

  const transcript = shape(side, 'What was said. Null where there is no transcript.', [], {
    text: optional(text('The whole conversation as text, one line a turn.')),
    messages: optional({ type: 'array', items: message, description: 'The same, turn by turn.' }),
  });

  const summaries = shape(side, 'Summaries written by the AI.', [], {
    full: nullable(text('The detailed summary.')),
    short: nullable(text('The concise summary.')),
  });

  const recording = shape(side, 'The audio recording. Null where there is none.', [], {
    url: optional({
      ...text('A direct URL to the audio.'),
      maxLength: 8192,
      pattern: '^[hH][tT][tT][pP][sS]?://[^\\s\\u0000-\\u001f]+$',
      'x-rule': 'must be an http or https URL',
    }),
  });

  const evaluation = shape(side, 'One quality check by the AI.', ['name'], {
    name: { ...text('What was asked, e.g. `Was the goal met?`.'), minLength: 1, maxLength: 2000 },
    result: {
      type: ['boolean', 'number', 'string', 'null'],
      maxLength: 200,
      description:
        'The answer, a score, or a third value (`partial`, `not_applicable`); null where it could not be decided.',
    },
    rationale: nullable(text('Why the AI answers so.')),
  });

  const task = shape(side, 'A to-do item that follows from the conversation.', ['title'], {
    title: { ...text('What is to be done.'), minLength: 1 },
    description: nullable(text('More about it.')),
    dueAt: nullable(dateOrTime('By when: a time, or a date alone (`2026-12-01`).')),
    assignee: nullable(text('Who should do it.')),
  });

  return shape(side, 'The call record.', ['call', 'phoneNumbers'], {
    call,
    agent: nullable(agent),
    phoneNumbers,
    transcript: nullable(transcript),
    summaries: nullable(summaries),
    recording: nullable(recording),
    dataCollected: optional({
      ...FREE_OBJECT,
      description: 'What the AI extracted from the conversation, under the names you gave the fields.',
    }),
    evaluationResults: optional({ type: 'array', items: evaluation, description: 'The quality checks.' }),
    tasks: optional({ type: 'array', items: task, description: 'The generated tasks.' }),
  });

  function dateOrTime(description: string): JsonSchema {
    if (side === 'input') return { ...time(description), format: 'date-or-iso-time' };
    return { ...text(description), anyOf: [{ format: 'date' }, { format: 'date-time' }, { type: 'null' }] };
  }

  function time(description: string): JsonSchema {
    // The input's formats are ours (see parse-call-data.ts): wider in spelling, but an offset is a must.
    return {
      ...text(description),
      format: side === 'input' ? 'iso-time' : 'date-time',
      'x-rule': ISO_TIME_RULE,
    };
  }
}

function shape(
  side: Side,
  description: string,
  required: string[],
  properties: Record<string, JsonSchema>,
): JsonSchema {
  return {
    type: 'object',
    description,
    properties,
    required: side === 'body' ? Object.keys(properties) : required,
    additionalProperties: false,
  };
}

function text(description: string): JsonSchema {
  return { type: 'string', description };
}

function seconds(description: string): JsonSchema {
  return { type: 'number', minimum: 0, description };
}

function nullable(schema: JsonSchema): JsonSchema {
  return { ...schema, type: [schema['type'], 'null'].flat() };
}
