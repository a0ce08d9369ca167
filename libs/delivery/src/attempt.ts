/** What began an attempt. */
export const ATTEMPT_TRIGGERS = ['event', 'retry', 'manual', 'replay', 'test'] as const;
export type AttemptTrigger = (typeof ATTEMPT_TRIGGERS)[number];

/** How an attempt ended. Only `DELIVERED` is a success. */
export const ATTEMPT_OUTCOMES = [
  /** A status of 200-299 in time. */
  'DELIVERED',
  /** Another status; redirects are not followed. */
  'HTTP_ERROR',
  /** No status within 10 s of the start: name look-up, connect, TLS and headers together. */
  'TIMEOUT',
  /** Refused, reset, unreachable, or closed before an answer. */
  'CONNECTION_FAILED',
  /** The host name has no address. */
  'DNS_FAILED',
  /** The certificate is not valid, or TLS could not be agreed on. */
  'TLS_FAILED',
  /** The answer was not HTTP. */
  'INVALID_RESPONSE',
  /** The host's address is private or otherwise not public. */
  'BLOCKED_ADDRESS',
  /** Nothing was sent: the webhook was paused, disabled or deleted in the meantime, or the payload expunged. */
  'NOT_SENT',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** What one attempt came to, as the sender saw it. A receiver's failure is this value, never an exception. */
export interface AttemptResult {
  outcome: AttemptOutcome;
  /** Unix milliseconds. */
  startedAt: number;
  durationMs: number;
  statusCode: number | null;
  /** A stable code such as `ECONNREFUSED`, for programs. Null on success. */
  errorCode: string | null;
  /** One plain sentence for people. Null on success. */
  errorText: string | null;
  requestUrl: string;
  /** A JSON object: as sent, save that the values of the customer's own headers are masked. */
  requestHeaders: string;
  responseHeaders: Record<string, string> | null;
  /** The first 4 KiB of the answer's body. */
  responseBody: string | null;
  /** Whether the answer's body was longer than what was kept. */
  responseTruncated: boolean;
  /** `Retry-After` of a 429 or 503, in milliseconds from the end of the attempt. */
  retryAfterMs: number | null;
  /** Whether the webhook can never work again, so that its deliveries end here. */
  ended?: boolean;
  /** Whether this delivery alone ends here: another attempt of it would come to the same. */
  isFinal?: boolean;
}
