import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { nextRetryDelay } from '../retry/retry-policy';
import type { Verdict } from '../store/attempt-recorder';
import type { InHand } from './in-hand';

/**
 * Why nothing may be sent, or null when it may. A person may send by hand to a webhook that is paused or disabled,
 * to see whether it works again.
 */
export function refusal(
  target: WebhookTarget | null,
  delivery: Pick<InHand, 'trigger' | 'event'>,
): string | null {
  if (!target || target.isDeleted) return 'The webhook was deleted.';
  const byHand = delivery.trigger === 'manual' || delivery.trigger === 'test';
  if (target.status === 'PAUSED' && !byHand) return 'The webhook was paused.';
  if (target.status === 'DISABLED' && !byHand) return 'The webhook was disabled.';
  if (delivery.event.data === null) return 'The payload of the event has been expunged.';
  return null;
}

/** The result of an attempt for which nothing was sent. */
export function notSent(target: WebhookTarget | null, errorText: string, now: number): AttemptResult {
  return {
    outcome: 'NOT_SENT',
    startedAt: now,
    durationMs: 0,
    statusCode: null,
    errorCode: 'NOT_SENT',
    errorText,
    requestUrl: target?.shownUrl ?? '',
    requestHeaders: '{}',
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    retryAfterMs: null,
  };
}

/** What an attempt's result makes of its delivery. `random` is in [0, 1). */
export function decide(
  target: WebhookTarget | null,
  delivery: Pick<InHand, 'trigger' | 'position'>,
  result: AttemptResult,
  random: number,
): Verdict {
  if (result.outcome === 'DELIVERED') return { status: 'DELIVERED' };
  // A manual attempt of an existing delivery stands outside its run; sending an event by hand begins a run.
  if (delivery.trigger === 'manual' && delivery.position === 0) return { status: 'KEPT' };
  if (delivery.trigger === 'test' || !target || result.ended) return { status: 'FAILED' };
  const retryInMs = nextRetryDelay(target.retryPolicy, delivery.position, result, random);
  return retryInMs === null ? { status: 'FAILED' } : { status: 'RETRY', retryInMs };
}
