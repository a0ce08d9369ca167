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
  startedAt: IsoTime;
  finishedAt: IsoTime | null;
  endReason: string | null;
  metadata: JsonObject;
}

export interface AgentInfo {
  id: string | null;
  name: string | null;
}

export interface PhoneNumbers {
  from: string;
  to: string;
}

export interface TranscriptMessage {
  /** `agent`, `caller`, or another speaker's role. */
  role: string;
  text: string;
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
  /** Null where the check could not be decided. */
  result: boolean | null;
  rationale: string | null;
}

export interface Task {
  title: string;
  description: string | null;
  dueAt: IsoTime | null;
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
