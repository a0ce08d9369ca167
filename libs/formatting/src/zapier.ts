import type { CallData, EvaluationResult, JsonValue, Task, TranscriptMessage } from './call-data';
import type { EventType } from './event-types';
import { fieldName, sha256 } from './field-names';
import { haveOwnKeys, type KeyClaim, resolveClashes } from './key-clashes';

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
  const body = new FlatBody();
  body.addMembers('call_metadata', '', data.call.metadata, 1);
  body.addMembers('collected', '', data.dataCollected, 1);
  body.addEvaluations(data.evaluationResults);
  data.tasks.forEach((task, index) => body.addTask(index + 1, task));
  return body.toJson(fixedFields(envelope, data));
}

/** The same for every body. */
let FIXED_KEYS: ReadonlySet<string> | undefined;

/** A key's length is bounded: otherwise one long name around many small ones would multiply into gigabytes. */
const LONGEST_KEY = 250;

const LONGEST_PARENT_NAME = 1_000;

/** A value of the flat body that is not under a fixed key. */
interface Leaf {
  key: string;
  /** Of the key, what comes before the part that is made of names. */
  prefix: string;
  /** The names that lead to the value, joined with `_`. */
  name: string;
  depth: number;
  value: Scalar;
}

/** The values that a call record has beside the fixed ones. */
class FlatBody {
  private readonly leaves: Leaf[] = [];

  /** Printed by hand: an object with as many keys as a record may have would take several times as long. */
  toJson(fixed: Record<string, Scalar>): string {
    const keys = ownKeys(this.leaves, (FIXED_KEYS ??= new Set(Object.keys(fixed))));
    let json = JSON.stringify(fixed).slice(0, -1);
    for (let i = 0; i < keys.length; i++) {
      // A key is snake_case ASCII, so there is nothing in it to escape.
      json += `,"${keys[i]}":${print(this.leaves[i].value)}`;
    }
    return `${json}}`;
  }

  /** @param parent the names that lead to the members, each with a `_` after it. */
  addMembers(
    prefix: string,
    parent: string,
    members: { [key: string]: JsonValue },
    depth: number,
    key = prefix,
  ): void {
    for (const name of Object.keys(members))
      this.add(prefix, join(key, fieldName(name)), parent + name, depth, members[name]);
  }

  addEvaluations(results: EvaluationResult[]): void {
    const keys = evaluationKeys(results);
    results.forEach(({ name, result, rationale }, index) => {
      const { key, rationaleKey } = keys[index];
      this.put('evaluation', key, name, 1, result);
      this.put('evaluation', rationaleKey, `${name}_rationale`, 2, rationale);
    });
  }

  addTask(number: number, task: Task): void {
    const key = `task_${number}`;
    this.put(key, `${key}_title`, 'title', 1, task.title);
    this.put(key, `${key}_description`, 'description', 1, task.description);
    this.put(key, `${key}_due_at`, 'due_at', 1, task.dueAt);
    this.put(key, `${key}_assignee`, 'assignee', 1, task.assignee);
  }

  private add(prefix: string, key: string, name: string, depth: number, value: JsonValue): void {
    if (value === null || typeof value !== 'object') {
      this.put(prefix, key, name, depth, value);
    } else if (!Array.isArray(value)) {
      if (isEmpty(value)) this.put(prefix, key, name, depth, null);
      else this.addMembers(prefix, parentName(name), value, depth + 1, key);
    } else if (value.every(isScalar)) {
      const said = value.filter((item) => item !== null);
      this.put(prefix, key, name, depth, said.length === 0 ? null : said.map(shown).join(', '));
    } else {
      value.forEach((item, index) => {
        const number = String(index + 1);
        this.add(prefix, join(key, number), parentName(name) + number, depth + 1, item);
      });
    }
  }

  private put(prefix: string, key: string, name: string, depth: number, value: Scalar): void {
    this.leaves.push({ key, prefix, name, depth, value });
  }
}

/** The keys of the leaves, made different where they clash with each other or with fixed ones. */
function ownKeys(leaves: Leaf[], fixed: ReadonlySet<string>): string[] {
  const keys = leaves.map(({ key }) => key);
  if (haveOwnKeys(keys, fixed)) return keys;
  const claims = leaves.map(({ key, prefix, name, depth, value }): KeyClaim => ({
    key,
    name,
    isExact: `${prefix}_${name}` === key,
    depth,
    tieBreak: () => print(value),
  }));
  return resolveClashes(claims, fixed);
}

/** Fixed keys that begin as those of checks do. */
const RESERVED_FOR_COUNTS: ReadonlySet<string> = new Set(['evaluation_count', 'evaluation_passed_count']);

/** A check and its rationale keep one name, so a check that loses its key takes its rationale with it. */
function evaluationKeys(results: EvaluationResult[]): { key: string; rationaleKey: string }[] {
  const own = results.map(({ name }) => join('evaluation', fieldName(name)));
  const all = [...own, ...own.map((key) => `${key}_rationale`)];
  const resolved = haveOwnKeys(all, RESERVED_FOR_COUNTS)
    ? all
    : resolveClashes(evaluationClaims(results, all), RESERVED_FOR_COUNTS);
  return own.map((wanted, index) => {
    const key = resolved[index];
    return { key, rationaleKey: key === wanted ? resolved[own.length + index] : `${key}_rationale` };
  });
}

function evaluationClaims(results: EvaluationResult[], keys: string[]): KeyClaim[] {
  const names = [...results.map(({ name }) => name), ...results.map(({ name }) => `${name}_rationale`)];
  return names.map((name, index): KeyClaim => {
    const { result, rationale } = results[index % results.length];
    return {
      key: keys[index],
      name,
      isExact: `evaluation_${name}` === keys[index],
      depth: index < results.length ? 1 : 2,
      tieBreak: () => JSON.stringify([result, rationale]),
    };
  });
}

function join(prefix: string, name: string): string {
  const key = `${prefix}_${name}`;
  return key.length <= LONGEST_KEY ? key : key.slice(0, LONGEST_KEY);
}

/** Shortened by its hash where it is giant: it is repeated for each value below it. */
function parentName(name: string): string {
  return name.length <= LONGEST_PARENT_NAME ? `${name}_` : `${sha256(name)}_`;
}

function print(value: Scalar): string {
  return typeof value === 'string' ? JSON.stringify(value) : shown(value);
}

/** As in JSON: `String` would lose the sign of -0. */
function shown(value: Scalar): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
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
