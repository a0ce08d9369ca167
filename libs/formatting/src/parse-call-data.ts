import { Ajv } from 'ajv';
import type { CallData, JsonObject, Transcript, TranscriptMessage } from './call-data';
import { callDataSchema } from './call-data.schema';
import { toExactJson } from './exact-json';
import { Explainer, type Formats } from './explain-call-data';
import { FieldErrors, type FieldError } from './field-error';
import { FreeJsonCheck } from './free-json';
import { normaliseTime } from './iso-time';

const SCHEMA = callDataSchema('input');
const FORMATS: Formats = {
  'iso-time': (text) => normaliseTime(text) !== null,
  'date-or-iso-time': (text) => normaliseTime(text, true) !== null,
};
/** Stops at the first error; `Explainer` finds all errors of the few records that have any. */
const isValid = compile();

function compile() {
  const ajv = new Ajv({ allowUnionTypes: true });
  ajv.addVocabulary(['x-rule']);
  for (const [name, accepts] of Object.entries(FORMATS)) ajv.addFormat(name, accepts);
  return ajv.compile<CallDataInput>(SCHEMA);
}

/** What a publisher says: as `CallData`, but most of it may be left out or null. */
export interface CallDataInput {
  call: Optional<CallData['call'], 'id' | 'status'>;
  agent?: Partial<NonNullable<CallData['agent']>> | null;
  phoneNumbers: Partial<CallData['phoneNumbers']>;
  transcript?: {
    text?: string | null;
    messages?: Optional<TranscriptMessage, 'role'>[] | null;
  } | null;
  summaries?: Partial<NonNullable<CallData['summaries']>> | null;
  recording?: { url?: string | null } | null;
  dataCollected?: JsonObject | null;
  evaluationResults?: Optional<CallData['evaluationResults'][number], 'name'>[] | null;
  tasks?: Optional<CallData['tasks'][number], 'title'>[] | null;
}

type Optional<T, Required extends keyof T> = Pick<T, Required> & {
  [K in Exclude<keyof T, Required>]?: T[K] | null;
};

export type ParsedCallData = { ok: true; data: CallData; json: string } | { ok: false; errors: FieldError[] };

/**
 * Reads a publisher's call record strictly: a wrong or unknown field is rejected by its path, never dropped silently.
 * The result is in normal form; `json` is its text, exactly as it is stored, sent and signed: JSON as RFC 7493 defines
 * it, in which NUL is `\u0000`.
 * @returns the record, or at most 20 errors.
 */
export function parseCallData(input: unknown): ParsedCallData {
  const errors = new FieldErrors();
  if (!isValid(input)) {
    new Explainer(FORMATS, errors).explain(SCHEMA, input, 'data');
    return { ok: false, errors: errors.list };
  }
  const freeJson = checkFreeParts(input, errors);
  if (errors.list.length > 0) return { ok: false, errors: errors.list };
  const exact = toExactJson(normalise(input), freeJson.hasNegativeZero, errors);
  return exact ? { ok: true, ...exact } : { ok: false, errors: errors.list };
}

function checkFreeParts(input: CallDataInput, errors: FieldErrors): FreeJsonCheck {
  const freeJson = new FreeJsonCheck(errors);
  freeJson.check(input.call.metadata ?? {}, 'data.call.metadata');
  freeJson.check(input.dataCollected ?? {}, 'data.dataCollected');
  const messages = input.transcript?.messages ?? [];
  for (let i = 0; i < messages.length && !errors.isFull; i++) {
    const metadata = messages[i].metadata;
    if (metadata) freeJson.check(metadata, `data.transcript.messages[${i}].metadata`);
  }
  // A score is the only number of the fixed parts whose sign may matter.
  for (const { result } of input.evaluationResults ?? []) {
    if (Object.is(result, -0)) freeJson.hasNegativeZero = true;
  }
  return freeJson;
}

function normalise({
  call,
  agent,
  phoneNumbers,
  transcript,
  summaries,
  recording,
  ...rest
}: CallDataInput): CallData {
  return {
    call: {
      id: call.id,
      title: call.title ?? null,
      status: call.status,
      direction: call.direction ?? null,
      durationSeconds: call.durationSeconds ?? null,
      startedAt: call.startedAt == null ? null : normaliseTime(call.startedAt),
      finishedAt: call.finishedAt == null ? null : normaliseTime(call.finishedAt),
      endReason: call.endReason ?? null,
      metadata: call.metadata ?? {},
    },
    agent:
      agent?.id == null && agent?.name == null ? null : { id: agent.id ?? null, name: agent.name ?? null },
    phoneNumbers: { from: phoneNumbers.from ?? null, to: phoneNumbers.to ?? null },
    transcript: transcript ? normaliseTranscript(transcript) : null,
    summaries:
      summaries?.full == null && summaries?.short == null
        ? null
        : { full: summaries.full ?? null, short: summaries.short ?? null },
    recording: recording?.url == null ? null : { url: recording.url },
    dataCollected: rest.dataCollected ?? {},
    evaluationResults: (rest.evaluationResults ?? []).map(({ name, result, rationale }) => ({
      name,
      result: result ?? null,
      rationale: rationale ?? null,
    })),
    tasks: (rest.tasks ?? []).map(({ title, description, dueAt, assignee }) => ({
      title,
      description: description ?? null,
      dueAt: dueAt == null ? null : normaliseTime(dueAt, true),
      assignee: assignee ?? null,
    })),
  };
}

function normaliseTranscript(transcript: NonNullable<CallDataInput['transcript']>): Transcript | null {
  const messages = (transcript.messages ?? []).map((message) => ({
    role: message.role,
    text: message.text ?? null,
    startSeconds: message.startSeconds ?? null,
    endSeconds: message.endSeconds ?? null,
    metadata: message.metadata ?? {},
  }));
  const text = transcript.text || textOf(messages);
  return text === '' && messages.length === 0 ? null : { text, messages };
}

/** One line a turn. A turn without text (a tool call) has none. */
function textOf(messages: TranscriptMessage[]): string {
  return messages
    .filter(({ text }) => text !== null && text.trim() !== '')
    .map(({ role, text }) => `${speaker(role)}: ${text}`)
    .join('\n');
}

/** `agent` is shown as `Agent`, `second_agent` as `Second agent`. */
function speaker(role: string): string {
  if (role === 'agent') return 'Agent';
  if (role === 'caller') return 'Caller';
  const words = role.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
