/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** A time as receivers see it: ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T10:00:00.000Z`. */
export type IsoTime = string;

export interface CallInfo {
  id: string;
  title: string | null;
  /** The platform's own word, e.g. `completed`, `busy`, `no_answer`. */
  status: string;
  direction: 'incoming' | 'outgoing' | null;
  durationSeconds: number | null;
  /** Null for a call that never began. */
  startedAt: IsoTime | null;
  finishedAt: IsoTime | null;
  endReason: string | null;
  metadata: JsonObject;
}

export interface AgentInfo {
  id: string | null;
  name: string | null;
}

export interface PhoneNumbers {
  /** Null where there is no number, as in a web call. */
  from: string | null;
  to: string | null;
}

export interface TranscriptMessage {
  /** `agent`, `caller`, or another speaker's role. */
  role: string;
  /** Null for a turn without words, such as a tool call. */
  text: string | null;
  startSeconds: number | null;
  endSeconds: number | null;
  /** What the platform heard besides the words, e.g. `tone`, `emotion`, `language`. */
  metadata: JsonObject;
}

export interface Transcript {
  text: string;
  messages: TranscriptMessage[];
}

export interface Summaries {
  full: string | null;
  short: string | null;
}

export interface Recording {
  url: string;
}

export interface EvaluationResult {
  name: string;
  /** The answer, a score, or a rubric's value of up to 200 characters; null where it could not be decided. */
  result: boolean | number | string | null;
  rationale: string | null;
}

export interface Task {
  title: string;
  description: string | null;
  /** A time, or a date alone: `2026-12-01`. */
  dueAt: string | null;
  assignee: string | null;
}

/** A call record in its normal form: every section is there; one with nothing to say is `null`, `[]` or `{}`. */
export interface CallData {
  call: CallInfo;
  agent: AgentInfo | null;
  phoneNumbers: PhoneNumbers;
  transcript: Transcript | null;
  summaries: Summaries | null;
  recording: Recording | null;
  dataCollected: JsonObject;
  evaluationResults: EvaluationResult[];
  tasks: Task[];
}
