import type { CallData, EvaluationResult, Task } from '../call-data';
import type { EventType } from '../event-types';
import type { RenderableEvent } from '../formatters/formatter';
import { truncate as cut } from './truncate';

/** A call as a message for people, before a platform's markup: every text in it is plain and unescaped. */
export interface CallMessage {
  /** `✅ Call completed: Follow-up with Ada` */
  headline: string;
  /** `Nora (+14155550100) called +442071838750. 1 min 34 s.` */
  sentence: string;
  succeeded: boolean;
  /** Label and value, in reading order; at most 8. */
  facts: [label: string, value: string][];
  summary: string | null;
  /** `Checks: 1 of 2 passed`, and one line for each check that deserves a look; null without checks. */
  checks: { title: string; lines: string[] } | null;
  /** One line for each task; null without tasks. */
  nextSteps: { title: string; lines: string[] } | null;
  /** The one link: to the recording. */
  link: { text: string; url: string } | null;
  /** When it happened: ISO 8601. */
  timestamp: string;
}

/** More lines are counted instead of shown: a message is read in a few seconds. */
const MAX_LINES = 8;
const MAX_LINE_LENGTH = 300;
const MAX_FACT_LENGTH = 200;
/** No platform takes longer links. */
const MAX_LINK_LENGTH = 1_000;

const HEADLINES: Record<EventType, string> = {
  CALL_COMPLETED: '✅ Call completed',
  CALL_FAILED: '⚠️ Call failed',
  INCOMING_CALL_COMPLETED: '✅ Incoming call completed',
  INCOMING_CALL_FAILED: '⚠️ Incoming call failed',
};

/** Who called whom, how long, how it went, what to do next, and one link. */
export function callMessage(event: RenderableEvent): CallMessage {
  const data = JSON.parse(event.data) as CallData;
  const { call, agent, summaries, recording, evaluationResults, tasks } = data;
  const from = data.phoneNumbers.from;
  const to = data.phoneNumbers.to;
  const title = oneLine(call.title ?? '');
  const duration = call.durationSeconds === null ? null : durationInWords(call.durationSeconds);
  const facts: [string, string | null][] = [
    ['From', from],
    ['To', to],
    ['Agent', agent?.name ?? null],
    ['Duration', duration],
    ['Result', result(data)],
    ['Started', timeInWords(call.startedAt)],
  ];
  return {
    headline: `${event.test ? 'Test: ' : ''}${HEADLINES[event.type]}${title === '' ? '' : `: ${title}`}`,
    sentence: sentence(event.type, data, duration),
    succeeded: event.type === 'CALL_COMPLETED' || event.type === 'INCOMING_CALL_COMPLETED',
    facts: facts.flatMap(([label, value]) => {
      const line = oneLine(value ?? '');
      return line === '' ? [] : [[label, cut(line, MAX_FACT_LENGTH)]];
    }),
    summary: summaries?.short?.trim() || summaries?.full?.trim() || null,
    checks: checks(evaluationResults),
    nextSteps: nextSteps(tasks),
    link: recordingLink(recording),
    timestamp: event.occurredAt.toISOString(),
  };
}

function recordingLink(recording: CallData['recording']): CallMessage['link'] {
  if (!recording || !URL.canParse(recording.url)) return null;
  const url = new URL(recording.url).href;
  return url.length <= MAX_LINK_LENGTH ? { text: 'Listen to the recording', url } : null;
}

function sentence(type: EventType, { agent, phoneNumbers }: CallData, duration: string | null): string {
  const isIncoming = type.startsWith('INCOMING');
  const withAgent = (number: string | null): string => {
    const name = oneLine(agent?.name ?? '');
    return name === '' ? (number ?? 'the agent') : number === null ? name : `${name} (${number})`;
  };
  const from = isIncoming ? (phoneNumbers.from ?? 'A web visitor') : withAgent(phoneNumbers.from);
  const to = isIncoming ? withAgent(phoneNumbers.to) : (phoneNumbers.to ?? 'a web visitor');
  const verb = type.endsWith('FAILED') ? 'tried to call' : 'called';
  return `${from} ${verb} ${to}.${duration === null ? '' : ` ${duration}.`}`;
}

function result({ call }: CallData): string {
  const status = words(call.status);
  const reason = call.endReason === null ? '' : words(call.endReason);
  return reason === '' || reason === status ? capitalized(status) : `${capitalized(status)} (${reason})`;
}

/** Failed checks come first: those are what a person has to look at. */
function checks(results: EvaluationResult[]): CallMessage['checks'] {
  if (results.length === 0) return null;
  const verdicts = results.filter(({ result }) => typeof result === 'boolean');
  const passed = verdicts.filter(({ result }) => result === true).length;
  const order = (result: unknown): number => (result === false ? 0 : result === true ? 2 : 1);
  const sorted = [...results].sort((a, b) => order(a.result) - order(b.result));
  return {
    title: verdicts.length === 0 ? 'Checks' : `Checks: ${passed} of ${verdicts.length} passed`,
    lines: limited(sorted.map(checkLine)),
  };
}

function checkLine({ name, result, rationale }: EvaluationResult): string {
  const label = oneLine(name);
  if (result === true) return `✓ ${label}`;
  if (result === false) return `✗ ${label}${rationale ? `: ${oneLine(rationale)}` : ''}`;
  return result === null ? `– ${label}` : `• ${label}: ${oneLine(String(result))}`;
}

function nextSteps(tasks: Task[]): CallMessage['nextSteps'] {
  if (tasks.length === 0) return null;
  const lines = tasks.map(({ title, assignee, dueAt }) => {
    const details = [assignee, dueAt === null ? null : `due ${timeInWords(dueAt)}`]
      .filter(Boolean)
      .join(', ');
    return `• ${oneLine(title)}${details === '' ? '' : ` (${oneLine(details)})`}`;
  });
  return { title: 'What to do next', lines: limited(lines) };
}

function limited(lines: string[]): string[] {
  const shown = lines.slice(0, MAX_LINES).map((line) => cut(line, MAX_LINE_LENGTH));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… and ${more.toLocaleString('en')} more`] : shown;
}

/** `2 h 5 min`, `1 min 34 s`, `12 s` */
export function durationInWords(seconds: number): string {
  const total = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(total / 3_600), Math.floor((total % 3_600) / 60), total % 60];
  if (hours > 0) return `${hours.toLocaleString('en')} h${minutes > 0 ? ` ${minutes} min` : ''}`;
  if (minutes > 0) return `${minutes} min${rest > 0 ? ` ${rest} s` : ''}`;
  return `${rest} s`;
}

/** `2026-11-23 09:58 UTC`, because the reader's time zone and language are not known; a date alone stays a date. */
export function timeInWords(iso: string | null): string | null {
  if (iso === null || !iso.includes('T')) return iso;
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Control characters and line breaks become spaces, so that a title stays a title, and a subject one header line. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

function words(identifier: string): string {
  return oneLine(identifier.replaceAll('_', ' '));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
