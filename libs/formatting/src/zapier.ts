import type { CallData, EvaluationResult, JsonValue, Task, TranscriptMessage } from './call-data';
import type { EventType } from './event-types';
import { FieldNamer } from './field-names';

export type Scalar = string | number | boolean | null;

/** What is known of an event besides its call record. */
export interface Envelope {
  id: string;
  type: EventType;
  /** ISO 8601, UTC, milliseconds. */
  timestamp: string;
  apiVersion: string;
  test: boolean;
}

/** The keys that every flat body has, so that a Zap's field mapping never breaks. */
export function fixedFields(envelope: Envelope, data: CallData) {
  const { call, agent, phoneNumbers, transcript, summaries, recording, evaluationResults, tasks } = data;
  return {
    event_id: envelope.id,
    event_type: envelope.type,
    event_timestamp: envelope.timestamp,
    api_version: envelope.apiVersion,
    test: envelope.test,
    call_id: call.id,
    call_title: call.title,
    call_status: call.status,
    call_direction: call.direction,
    call_duration_seconds: call.durationSeconds,
    call_started_at: call.startedAt,
    call_finished_at: call.finishedAt,
    call_end_reason: call.endReason,
    agent_id: agent === null ? null : agent.id,
    agent_name: agent === null ? null : agent.name,
    from_number: phoneNumbers.from,
    to_number: phoneNumbers.to,
    transcript: transcript === null ? null : transcript.text,
    transcript_message_count: transcript === null ? 0 : transcript.messages.length,
    transcript_language: transcript === null ? null : mostSpokenLanguage(transcript.messages),
    summary_full: summaries === null ? null : summaries.full,
    summary_short: summaries === null ? null : summaries.short,
    recording_url: recording === null ? null : recording.url,
    evaluation_count: evaluationResults.length,
    evaluation_passed_count: countPassed(evaluationResults),
    tasks:
      tasks.length === 0 ? null : tasks.map((task) => task.title.replace(/\s*[\r\n]+\s*/g, ' ')).join('\n'),
    task_count: tasks.length,
  };
}

/** The call record as the JSON text of one flat object, for no-code tools. */
export function flatten(envelope: Envelope, data: CallData): string {
  const body = new FlatBody(fixedFields(envelope, data));
  body.addMembers('call_metadata', data.call.metadata);
  body.addMembers('collected', data.dataCollected);
  body.addEvaluations(data.evaluationResults);
  data.tasks.forEach((task, index) => body.addTask(index + 1, task));
  return body.toJson();
}

/** A key's length is bounded: otherwise one long name around many small ones would multiply into gigabytes. */
const LONGEST_KEY = 250;

/** Grows as text: an object with as many keys as a record may have would take several times as long to be printed. */
class FlatBody {
  private json: string;
  private readonly taken: Set<string>;
  /** Of each key that has clashed, the number that its next clash takes. */
  private readonly nextNumber = new Map<string, number>();

  constructor(fixed: Record<string, Scalar>) {
    this.json = JSON.stringify(fixed).slice(0, -1);
    this.taken = new Set(Object.keys(fixed));
  }

  toJson(): string {
    return `${this.json}}`;
  }

  addMembers(prefix: string, members: { [key: string]: JsonValue }): void {
    const namer = new FieldNamer();
    for (const key of Object.keys(members)) this.add(join(prefix, namer.name(key)), members[key]);
  }

  addEvaluations(results: EvaluationResult[]): void {
    const namer = new FieldNamer();
    for (const { name, result, rationale } of results) {
      // A check and its rationale keep one name, so both keys have to be free.
      const key = this.free(join('evaluation', namer.name(name)), '_rationale');
      this.put(key, result);
      this.put(`${key}_rationale`, rationale);
    }
  }

  addTask(number: number, task: Task): void {
    this.put(`task_${number}_title`, task.title);
    this.put(`task_${number}_description`, task.description);
    this.put(`task_${number}_due_at`, task.dueAt);
    this.put(`task_${number}_assignee`, task.assignee);
  }

  private add(key: string, value: JsonValue): void {
    if (value === null || typeof value !== 'object') {
      this.put(this.free(key), value);
    } else if (!Array.isArray(value)) {
      if (isEmpty(value)) this.put(this.free(key), null);
      else this.addMembers(key, value);
    } else if (value.every(isScalar)) {
      const said = value.filter((item) => item !== null);
      this.put(this.free(key), said.length === 0 ? null : said.join(', '));
    } else {
      value.forEach((item, index) => this.add(join(key, String(index + 1)), item));
    }
  }

  /** @param key snake_case ASCII, so there is nothing in it to escape. */
  private put(key: string, value: Scalar): void {
    this.taken.add(key);
    this.json += `,"${key}":${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
  }

  /** The key itself or, where it is taken, the first of `key_2`, `key_3`, … that is free (also with the suffix). */
  private free(key: string, suffix?: string): string {
    if (this.isFree(key, suffix)) return key;
    let number = this.nextNumber.get(key) ?? 2;
    while (!this.isFree(`${key}_${number}`, suffix)) number++;
    this.nextNumber.set(key, number + 1);
    return `${key}_${number}`;
  }

  private isFree(key: string, suffix?: string): boolean {
    return !this.taken.has(key) && (suffix === undefined || !this.taken.has(key + suffix));
  }
}

function join(prefix: string, name: string): string {
  const key = `${prefix}_${name}`;
  return key.length <= LONGEST_KEY ? key : key.slice(0, LONGEST_KEY);
}

function isScalar(value: JsonValue): value is Scalar {
  return value === null || typeof value !== 'object';
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

function countPassed(results: EvaluationResult[]): number {
  let passed = 0;
  for (const { result } of results) if (result === true) passed++;
  return passed;
}

/** The language of most turns, the earlier one where two are even; null where no turn tells its language. */
function mostSpokenLanguage(messages: TranscriptMessage[]): string | null {
  const turns = new Map<string, number>();
  for (const { metadata } of messages) {
    const language = metadata['language'];
    if (typeof language === 'string' && language !== '') turns.set(language, (turns.get(language) ?? 0) + 1);
  }
  let most: string | null = null;
  for (const [language, count] of turns) if (most === null || count > turns.get(most)!) most = language;
  return most;
}
