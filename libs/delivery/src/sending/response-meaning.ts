import type { WebhookType } from '@app/webhooks';
import { parseRetryAfter } from './retry-after';

/** What a receiver has returned; for `EMAIL`, the reply code of the mail server. */
export interface Response {
  statusCode: number;
  headers: Readonly<Record<string, string>> | null;
  body: string | null;
}

export type ResponseMeaning =
  | { kind: 'DONE' }
  /** The endpoint has asked for no more requests for this many milliseconds. */
  | { kind: 'HELD'; forMs: number }
  /** A failure that the retry policy deals with. */
  | { kind: 'RETRY' }
  /** The webhook can never work again without its owner: `reason` says why, and what to do. */
  | { kind: 'ENDED'; reason: string };

/** How long an endpoint is held that names no time, in milliseconds. */
const DEFAULT_HOLD_MS = 1_000;
/** Longer requests to wait are cut to this, in milliseconds. */
const LONGEST_HOLD_MS = 3_600_000;

interface Rules {
  /** The reason for each status that ends the webhook. */
  ended: Readonly<Record<number, string>>;
  /** Whether a 429 without a time holds as well. */
  holdsWithoutTime: boolean;
}

const GONE =
  'The endpoint returned 410 Gone: it does not exist anymore. Set the new URL, then set the webhook to ACTIVE.';
const HTTP: Rules = { ended: { 410: GONE }, holdsWithoutTime: false };

/** What the statuses mean that are not the same for every type (contract section 5). */
const RULES: Record<Exclude<WebhookType, 'EMAIL'>, Rules> = {
  HTTP,
  CUSTOM: HTTP,
  SLACK: {
    ended: {
      403: 'Slack rejected the message: the webhook was revoked, or an administrator restricts posting to this channel. Add the webhook to the channel again and set its new URL.',
      404: 'Slack does not know this webhook: the app was removed, or the channel was deleted. Add the webhook to a channel again and set its new URL.',
      410: 'The Slack channel is archived. Unarchive it, or add the webhook to another channel and set its new URL.',
    },
    holdsWithoutTime: true,
  },
  DISCORD: {
    ended: {
      401: 'Discord rejected the token in the URL. Create a new webhook in the channel settings and set its URL.',
      403: 'Discord does not allow this webhook to post to the channel. Create a new webhook in the channel settings and set its URL.',
      404: 'The webhook was deleted in Discord. Create a new webhook in the channel settings and set its URL.',
      410: GONE,
    },
    holdsWithoutTime: true,
  },
  TEAMS: { ended: { 410: GONE }, holdsWithoutTime: true },
};

/**
 * What a response means for a delivery and its webhook: done, held, retried, or ended.
 * @param now Unix milliseconds, for a `Retry-After` that is a date.
 */
export function meaningOf(type: WebhookType, response: Response, now: number): ResponseMeaning {
  if (type === 'EMAIL') return meaningOfReply(response);
  const { statusCode } = response;
  const rules = RULES[type];
  if (type === 'TEAMS' && isThrottledInside(response)) return { kind: 'HELD', forMs: DEFAULT_HOLD_MS };
  if (statusCode >= 200 && statusCode <= 299) return { kind: 'DONE' };
  if (rules.ended[statusCode]) return { kind: 'ENDED', reason: rules.ended[statusCode] };
  if (statusCode !== 429 && statusCode !== 503) return { kind: 'RETRY' };
  const asked =
    (type === 'DISCORD' ? retryAfterInBody(response.body) : null) ??
    parseRetryAfter(response.headers?.['retry-after'], now);
  if (asked !== null) return { kind: 'HELD', forMs: Math.min(asked, LONGEST_HOLD_MS) };
  return statusCode === 429 && rules.holdsWithoutTime
    ? { kind: 'HELD', forMs: DEFAULT_HOLD_MS }
    : { kind: 'RETRY' };
}

/** Whether the status alone says what a response means; otherwise its body is needed too. */
export function isDecidedByStatus(type: WebhookType): boolean {
  return type !== 'DISCORD' && type !== 'TEAMS';
}

/** RFC 5321: 4yz is temporary, 5yz is permanent. */
function meaningOfReply({ statusCode, body }: Response): ResponseMeaning {
  if (statusCode >= 200 && statusCode <= 299) return { kind: 'DONE' };
  if (statusCode < 500) return { kind: 'RETRY' };
  return {
    kind: 'ENDED',
    reason: `The mail server rejected this address: ${(body ?? String(statusCode)).slice(0, 200)}. Check the address, then set the webhook to ACTIVE.`,
  };
}

/** Discord: `{"message": "You are being rate limited.", "retry_after": 0.35, "global": false}`, in seconds. */
function retryAfterInBody(body: string | null): number | null {
  try {
    const { retry_after: seconds } = JSON.parse(body ?? '') as { retry_after?: unknown };
    return typeof seconds === 'number' && seconds >= 0 ? Math.ceil(seconds * 1_000) : null;
  } catch {
    return null;
  }
}

/** Connectors of Teams return 200 when Teams itself has throttled the message, and say so in the body only. */
function isThrottledInside({ statusCode, body }: Response): boolean {
  return statusCode === 200 && /Microsoft Teams endpoint returned HTTP error 429/i.test(body ?? '');
}
