import { Ajv, type ErrorObject } from 'ajv';
import type { CallData, JsonObject, Transcript, TranscriptMessage } from './call-data';
import { callDataSchema } from './call-data.schema';
import { below, type FieldError } from './field-error';
import { checkFreeJson } from './free-json';
import { normaliseTime } from './iso-time';

/** More would help nobody, and a hostile record could have a hundred thousand. */
const MAX_ERRORS = 50;

const SCHEMA = callDataSchema('input');
/** The first error ends it: this is the way of every call. */
const isValid = compiler(false).compile<CallDataInput>(SCHEMA);
/** Tells everything that is wrong, for those few that are. */
const explain = compiler(true).compile(SCHEMA);

function compiler(allErrors: boolean): Ajv {
  const ajv = new Ajv({ allErrors, verbose: allErrors, allowUnionTypes: true });
  ajv.addVocabulary(['x-rule']);
  ajv.addFormat('iso-time', (text) => normaliseTime(text) !== null);
  ajv.addFormat('date-or-iso-time', (text) => normaliseTime(text, true) !== null);
  return ajv;
}

/** What a publisher says: as `CallData`, but most of it may be left out or null. */
export interface CallDataInput {
  call: Optional<CallData['call'], 'id' | 'status' | 'startedAt'>;
  agent?: Partial<NonNullable<CallData['agent']>> | null;
  phoneNumbers: CallData['phoneNumbers'];
  transcript?: {
    text?: string | null;
    messages?: Optional<TranscriptMessage, 'role' | 'text'>[] | null;
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
 * Reads a publisher's call record strictly: a wrong or unknown field is refused by its path, never dropped in silence.
 * The result is in normal form; `json` is its text, exactly as it is stored, sent and signed. JSON escapes what text
 * columns and receivers could not take: NUL becomes `\u0000`, half a surrogate pair `\ud83d`.
 */
export function parseCallData(input: unknown): ParsedCallData {
  if (!isValid(input)) return { ok: false, errors: explainAll(input) };
  const errors: FieldError[] = [];
  checkFreeJson(input.call.metadata ?? {}, 'data.call.metadata', errors);
  checkFreeJson(input.dataCollected ?? {}, 'data.dataCollected', errors);
  const messages = input.transcript?.messages ?? [];
  for (let i = 0; i < messages.length && errors.length < MAX_ERRORS; i++) {
    const metadata = messages[i].metadata;
    if (metadata) checkFreeJson(metadata, `data.transcript.messages[${i}].metadata`, errors);
  }
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, MAX_ERRORS) };
  const data = normalise(input);
  return { ok: true, data, json: JSON.stringify(data) };
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
      startedAt: normaliseTime(call.startedAt)!,
      finishedAt: call.finishedAt == null ? null : normaliseTime(call.finishedAt),
      endReason: call.endReason ?? null,
      metadata: call.metadata ?? {},
    },
    agent:
      agent?.id == null && agent?.name == null ? null : { id: agent.id ?? null, name: agent.name ?? null },
    phoneNumbers: { from: phoneNumbers.from, to: phoneNumbers.to },
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
    text: message.text,
    startSeconds: message.startSeconds ?? null,
    endSeconds: message.endSeconds ?? null,
    metadata: message.metadata ?? {},
  }));
  const text =
    transcript.text || messages.map((message) => `${speaker(message.role)}: ${message.text}`).join('\n');
  return text === '' ? null : { text, messages };
}

/** `agent` is shown as `Agent`, `second_agent` as `Second agent`. */
function speaker(role: string): string {
  if (role === 'agent') return 'Agent';
  if (role === 'caller') return 'Caller';
  const words = role.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function explainAll(input: unknown): FieldError[] {
  explain(input);
  return (explain.errors ?? []).slice(0, MAX_ERRORS).map(toFieldError);
}

function toFieldError(error: ErrorObject): FieldError {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((parent, part) => below(parent, /^\d+$/.test(part) ? Number(part) : part), 'data');
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return { path: below(path, String(params['missingProperty'])), message: 'is required' };
    case 'additionalProperties':
      return { path: below(path, String(params['additionalProperty'])), message: 'is not a known field' };
    case 'type':
      return { path, message: `must be ${[params['type']].flat().map(typeInWords).join(' or ')}` };
    case 'enum':
      return {
        path,
        message: `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`,
      };
    case 'minLength':
      return { path, message: 'must not be empty' };
    case 'maxLength':
      return { path, message: `must be at most ${String(params['limit'])} characters` };
    case 'minimum':
      return { path, message: `must be at least ${String(params['limit'])}` };
    default:
      return { path, message: ruleOf(error) };
  }
}

/** What the schema itself says about a pattern or format. */
function ruleOf(error: ErrorObject): string {
  const rule: unknown = error.parentSchema?.['x-rule'];
  return typeof rule === 'string' ? rule : (error.message ?? 'is not valid');
}

function typeInWords(type: unknown): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
    array: 'a list',
  };
  return words[String(type)] ?? String(type);
}
