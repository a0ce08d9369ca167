/** What `/v1` answers, as far as the dashboard reads it (the whole of it: `/docs`). */

export type EventType = 'CALL_COMPLETED' | 'CALL_FAILED' | 'INCOMING_CALL_COMPLETED' | 'INCOMING_CALL_FAILED';
export type PayloadFormat = 'DEFAULT' | 'ZAPIER';
export type WebhookStatus = 'ACTIVE' | 'PAUSED' | 'DISABLED';
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';
export type RetryPolicy = 'STANDARD' | 'EXTENDED';
export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED';
export type Trigger = 'event' | 'retry' | 'manual' | 'replay' | 'test';

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface Session {
  account: { id: string; name: string };
  /** Null where the session lasts as long as its API key. */
  expiresAt: string | null;
  scopes: Scope[];
  /** A key that is created in this session must end by then; null: no limit. */
  keysExpireBy: string | null;
  actor: Person | null;
}

export type Scope = 'READ' | 'MANAGE' | 'ADMIN';

/** As the platform named them when it asked for the link. */
export interface Person {
  id: string;
  name: string;
  email: string | null;
}

/** A browser that is signed in. */
export interface ListedSession {
  id: string;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string;
  openedBy: { kind: 'KEY' | 'LINK'; id: string | null; name: string | null };
  actor: Person | null;
  userAgent: string | null;
  current: boolean;
}

export interface ApiKey {
  id: string;
  name: string;
  hint: string;
  scopes: Scope[];
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt?: string | null;
}

export interface Webhook {
  id: string;
  name: string;
  url: string;
  type: 'HTTP' | 'SLACK' | 'DISCORD' | 'TEAMS' | 'EMAIL';
  events: EventType[];
  format: PayloadFormat;
  status: WebhookStatus;
  disabledReason: string | null;
  hasSecret: boolean;
  secretHint: string | null;
  /** Older secrets that sign as well, newest first. */
  previousSecrets: { hint: string; expiresAt: string }[];
  headers: Record<string, string>;
  retryPolicy: RetryPolicy;
  maxConcurrency: number | null;
  rateLimitPerSecond: number | null;
  circuit: { state: CircuitState; changedAt: string | null };
  failingSince: string | null;
  createdAt: string;
  updatedAt: string;
}

/** A webhook after a change, with what its owner should know about the change. */
export interface ChangedWebhook extends Webhook {
  warnings: { path: string; message: string }[];
}

export interface WebhookInput {
  name: string;
  url: string;
  events: EventType[];
  secret?: string | null;
  format: PayloadFormat;
  status?: 'ACTIVE' | 'PAUSED';
  headers?: Record<string, string>;
  retryPolicy?: RetryPolicy;
  maxConcurrency?: number | null;
  rateLimitPerSecond?: number | null;
}

export interface TestResult {
  deliveryId: string;
  delivered: boolean;
  statusCode: number | null;
  durationMs: number;
  error: { code: string; text: string } | null;
  request: { headers: Record<string, string>; body: string };
  response: { headers: Record<string, string> | null; body: string | null };
}

export interface Delivery {
  id: string;
  webhookId: string;
  eventId: string;
  eventType: EventType;
  callId: string;
  format: PayloadFormat;
  status: DeliveryStatus;
  trigger: Trigger;
  attemptCount: number;
  /** Why it is not being sent right now; null unless PENDING. */
  waitingFor: 'RETRY_DUE' | 'ROOM' | 'CIRCUIT_OPEN' | null;
  held: 'PAUSED' | 'RETRY_AFTER' | null;
  lastOutcome: string | null;
  lastStatusCode: number | null;
  createdAt: string;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  test: boolean;
}

export interface Attempt {
  id: string;
  number: number;
  trigger: Trigger;
  startedAt: string;
  durationMs: number;
  outcome: string;
  statusCode: number | null;
  error: { code: string | null; text: string | null } | null;
  request: { url: string; headers: Record<string, string>; body: string | null };
  response: { headers: Record<string, string>; body: string; truncated: boolean } | null;
  nextAttemptAt: string | null;
}

export interface DeliveryDetail extends Delivery {
  /** Null once the payload was expunged. */
  body: string | null;
  payloadExpungedAt: string | null;
  attempts: Attempt[];
}

/** How the attempts of some time went. */
export interface AttemptCounts {
  attempts: number;
  byOutcome: Record<string, number>;
  /** Delivered of all that were sent, 0 to 1; null when nothing was sent. */
  successRate: number | null;
  /** Of the attempts that got an answer. */
  responseMs: { p50: number | null; p95: number | null; p99: number | null };
}

export interface Stats extends AttemptCounts {
  since: string;
  until: string;
  hours: (AttemptCounts & { hour: string })[];
}

export interface EventTypeInfo {
  type: EventType;
  description: string;
  example: Record<PayloadFormat, unknown>;
  /** Sample messages for the types that have their own. */
  messages: Record<'SLACK' | 'DISCORD' | 'TEAMS', unknown>;
}

export type ReplayKind = 'failed' | 'missed' | 'all';

export interface Replay {
  id: string;
  webhookId: string;
  which: ReplayKind;
  status: 'RUNNING' | 'DONE' | 'CANCELLED';
  /** Why it ended before its end. */
  endReason: string | null;
  /** How many there were to send when it was asked for. */
  count: number;
  /** How many have been handed over for sending so far. */
  queued: number;
  since: string;
  until: string;
  createdAt: string;
  finishedAt: string | null;
}
