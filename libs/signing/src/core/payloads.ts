/** What can happen to a call. */
export type EventType = 'CALL_COMPLETED' | 'CALL_FAILED' | 'INCOMING_CALL_COMPLETED' | 'INCOMING_CALL_FAILED';

/** The body of a webhook, in either format. */
export type WebhookPayload = DefaultPayload | ZapierPayload;

/** An outgoing call finished successfully. */
export type CallCompleted = DefaultPayload<'CALL_COMPLETED'>;
/** An outgoing call failed (e.g., busy, no answer, or technical error). */
export type CallFailed = DefaultPayload<'CALL_FAILED'>;
/** An incoming call to one of your numbers finished successfully. */
export type IncomingCallCompleted = DefaultPayload<'INCOMING_CALL_COMPLETED'>;
/** An incoming call failed to connect or process. */
export type IncomingCallFailed = DefaultPayload<'INCOMING_CALL_FAILED'>;

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T10:00:00.000Z`. */
export type IsoTime = string;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** The body in format DEFAULT. */
export interface DefaultPayload<Type extends EventType = EventType> {
  /** The event's id, `evt_…`: the same on every attempt and replay, and in the header `webhook-id`. */
  id: string;
  type: Type;
  /** When it happened. */
  timestamp: IsoTime;
  apiVersion: string;
  /** Only on a test delivery. */
  test?: true;
  data: CallRecord;
}

/** Every section is there; one with nothing to say is `null`, `[]` or `{}`. */
export interface CallRecord {
  call: CallInfo;
  agent: AgentInfo | null;
  phoneNumbers: PhoneNumbers;
  transcript: Transcript | null;
  summaries: Summaries | null;
  recording: Recording | null;
  /** What the AI extracted from the conversation, under the names you gave the fields. */
  dataCollected: JsonObject;
  evaluationResults: EvaluationResult[];
  tasks: Task[];
}

export interface CallInfo {
  id: string;
  title: string | null;
  /** How the call went, e.g. `completed`, `busy`, `no_answer`. */
  status: string;
  direction: 'incoming' | 'outgoing' | null;
  durationSeconds: number | null;
  /** Null for a call that never began. */
  startedAt: IsoTime | null;
  finishedAt: IsoTime | null;
  endReason: string | null;
  /** What was attached to the call when it was placed. */
  metadata: JsonObject;
}

/** The AI agent that handled the call. */
export interface AgentInfo {
  id: string | null;
  name: string | null;
}

export interface PhoneNumbers {
  /** Null where there is no number, as in a web call. */
  from: string | null;
  to: string | null;
}

export interface Transcript {
  /** The whole conversation, one line a turn. */
  text: string;
  messages: TranscriptMessage[];
}

export interface TranscriptMessage {
  /** `agent`, `caller`, or another speaker's role. */
  role: string;
  /** Null for a turn without words, such as a tool call. */
  text: string | null;
  /** From the start of the call. */
  startSeconds: number | null;
  endSeconds: number | null;
  /** What was heard besides the words: `tone`, `emotion`, `language` and the like. */
  metadata: JsonObject;
}

export interface Summaries {
  full: string | null;
  short: string | null;
}

export interface Recording {
  url: string;
}

/** A quality check by the AI. */
export interface EvaluationResult {
  name: string;
  /** The answer, a score, or a third value such as `partial`; null where it could not be decided. */
  result: boolean | number | string | null;
  rationale: string | null;
}

/** A to-do item that follows from the conversation. */
export interface Task {
  title: string;
  description: string | null;
  /** A time, or a date alone: `2026-12-01`. */
  dueAt: string | null;
  assignee: string | null;
}

/** No value of a flat body is ever an object or a list. */
export type ZapierValue = string | number | boolean | null;

/** The body in format ZAPIER: one flat object. The keys named here are always there. */
export interface ZapierPayload<Type extends EventType = EventType> {
  event_id: string;
  event_type: Type;
  event_timestamp: IsoTime;
  api_version: string;
  test: boolean;
  call_id: string;
  call_title: string | null;
  call_status: string;
  call_direction: 'incoming' | 'outgoing' | null;
  call_duration_seconds: number | null;
  call_started_at: IsoTime | null;
  call_finished_at: IsoTime | null;
  call_end_reason: string | null;
  agent_id: string | null;
  agent_name: string | null;
  from_number: string | null;
  to_number: string | null;
  transcript: string | null;
  transcript_message_count: number;
  /** The language of most turns. */
  transcript_language: string | null;
  summary_full: string | null;
  summary_short: string | null;
  recording_url: string | null;
  evaluation_count: number;
  evaluation_passed_count: number;
  /** The titles of the tasks, one line each. */
  tasks: string | null;
  task_count: number;
  [metadata: `call_metadata_${string}`]: ZapierValue;
  [collected: `collected_${string}`]: ZapierValue;
  [evaluation: `evaluation_${string}`]: ZapierValue;
  [task: `task_${number}_${string}`]: ZapierValue;
}
