import {
  EVENT_TYPES,
  PAYLOAD_FORMATS,
  type CustomRequest,
  type EventType,
  type PayloadFormat,
} from '@app/formatting';
import { isPlainText, isVisibleText, type FieldError } from '@app/platform';
import type { AddressPolicy } from './address-policy';
import { customHeaderErrors, type CustomHeaders } from './custom-headers';
import { authErrors } from './auth/auth-errors';
import type { WebhookAuth } from './auth/webhook-auth';
import { customRequestErrors } from './custom-request-rules';
import type { Filter } from './filter/filter';
import { filterErrors } from './filter/filter-errors';
import { isMailto, WEBHOOK_TYPES, type WebhookType } from './webhook-type';
import { RETRY_POLICIES, type RetryPolicyName } from './webhook.entity';

/** What a customer decides about a webhook. */
export interface WebhookSettings {
  name: string;
  url: string;
  events: EventType[];
  /** If left out: inferred from the URL. */
  type: WebhookType;
  format: PayloadFormat;
  /** `DISABLED` is for the system alone. */
  status: 'ACTIVE' | 'PAUSED';
  retryPolicy: RetryPolicyName;
  /** At most so many attempts at the same time; null: as the engine sees fit. */
  maxConcurrency: number | null;
  /** At most so many attempts a second; null: no limit. */
  rateLimitPerSecond: number | null;
  /** As typed; null: requests are not signed. */
  secret: string | null;
  headers: CustomHeaders | null;
  /** How requests authenticate; null: not at all, or by custom headers. */
  auth: WebhookAuth | null;
  /** Which events of its types it receives; null: all. */
  filter: Filter | null;
  /** Templates, for type `CUSTOM` only. */
  request: CustomRequest | null;
}

export const WEBHOOK_LIMITS = {
  name: 100,
  url: 2_048,
  secret: 256,
  maxConcurrency: 1_000,
  rateLimitPerSecond: 10_000,
  /** Hours that the old secret stays live after a rotation. */
  overlapHours: 168,
  /** Signatures of 50 bytes each: more would exceed what servers commonly accept as headers. */
  liveSecrets: 100,
} as const;

/** What is wrong with settings; those that are not given are not looked at. */
export function settingErrors(settings: Partial<WebhookSettings>, addresses: AddressPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const check = <K extends keyof WebhookSettings>(
    path: K,
    rule: (value: WebhookSettings[K]) => string | null,
  ): void => {
    const value = settings[path];
    const message = value === undefined ? null : rule(value);
    if (message) errors.push({ path, message });
  };
  check('name', nameError);
  check('url', (url) => urlError(url, addresses));
  check('type', (type) =>
    WEBHOOK_TYPES.includes(type) ? null : `must be one of ${WEBHOOK_TYPES.join(', ')}`,
  );
  check('events', eventsError);
  check('format', (format) =>
    PAYLOAD_FORMATS.includes(format) ? null : `must be one of ${PAYLOAD_FORMATS.join(', ')}`,
  );
  check('status', (status) => (['ACTIVE', 'PAUSED'].includes(status) ? null : 'must be ACTIVE or PAUSED'));
  check('retryPolicy', (policy) =>
    RETRY_POLICIES.includes(policy) ? null : `must be one of ${RETRY_POLICIES.join(', ')}`,
  );
  check('maxConcurrency', (value) => limitError(value, WEBHOOK_LIMITS.maxConcurrency));
  check('rateLimitPerSecond', (value) => limitError(value, WEBHOOK_LIMITS.rateLimitPerSecond));
  check('secret', secretError);
  if (settings.headers) errors.push(...customHeaderErrors(settings.headers));
  if (settings.auth) errors.push(...authErrors(settings.auth));
  if (settings.request) errors.push(...customRequestErrors(settings.request));
  if (settings.filter) errors.push(...filterErrors(settings.filter));
  return errors;
}

function urlError(url: string, addresses: AddressPolicy): string | null {
  if (!isPlainText(url)) return 'has a control character in it';
  return isMailto(url)
    ? 'cannot be an email address: this service has no mail server'
    : addresses.refusal(url);
}

function nameError(name: string): string | null {
  if (name.trim() === '') return 'must not be empty';
  if (name.length > WEBHOOK_LIMITS.name) return `must be at most ${WEBHOOK_LIMITS.name} characters`;
  return isVisibleText(name) ? null : 'must not contain control characters or invisible characters';
}

function eventsError(events: EventType[]): string | null {
  if (events.length === 0) return 'must name at least one event';
  if (!events.every((event) => EVENT_TYPES.includes(event)))
    return `must only have ${EVENT_TYPES.join(', ')}`;
  return new Set(events).size === events.length ? null : 'names an event twice';
}

/** A secret is what the customer types, to the last space. Only what the receiver could not type as well is refused. */
function secretError(secret: string | null): string | null {
  if (secret === null) return null;
  if (secret === '') return 'must not be empty; leave it out, or null, for no signature';
  if (secret.length > WEBHOOK_LIMITS.secret) return `must be at most ${WEBHOOK_LIMITS.secret} characters`;
  return isPlainText(secret) ? null : 'has a control character in it';
}

function limitError(value: number | null, max: number): string | null {
  return value === null || (Number.isInteger(value) && value >= 1 && value <= max)
    ? null
    : `must be a whole number from 1 to ${max}, or null`;
}
