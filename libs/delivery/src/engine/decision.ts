import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { nextRetry } from '../retry/retry-policy';
import type { Verdict } from '../store/attempt-store';

/**
 * Why nothing may be sent, or null when it may. A person may send manually to a webhook that is paused or disabled, to
 * see whether it works again.
 */
export function refusal(
  target: WebhookTarget | null,
  delivery: Pick<ClaimedDelivery, 'trigger' | 'event'>,
): string | null {
  if (!target || target.isDeleted) return 'The webhook was deleted.';
  const isManual = delivery.trigger === 'manual' || delivery.trigger === 'test';
  if (target.status === 'DISABLED' && !isManual) return 'The webhook was disabled.';
  if (delivery.event.data === null) return 'The payload of the event has been expunged.';
  return null;
}

/** What an attempt's result means: for its delivery, and for its endpoint as a whole. */
export interface Decision {
  verdict: Verdict;
  /** The endpoint asks that nothing is sent to it for this long, in milliseconds. */
  holdForMs: number | null;
  /** The webhook is being disabled, because its endpoint wants nothing more. */
  isLast: boolean;
}

/** @param random in [0, 1), for the jitter of long waits. */
export function decide(
  target: WebhookTarget | null,
  delivery: Pick<ClaimedDelivery, 'trigger' | 'position' | 'holds'>,
  result: AttemptResult,
  random: number,
): Decision {
  const isTest = delivery.trigger === 'test';
  return {
    verdict: verdictOn(target, delivery, result, random),
    holdForMs: isTest || !result.retryAfterMs ? null : result.retryAfterMs,
    isLast: !isTest && result.ended === true,
  };
}

function verdictOn(
  target: WebhookTarget | null,
  delivery: Pick<ClaimedDelivery, 'trigger' | 'position' | 'holds'>,
  result: AttemptResult,
  random: number,
): Verdict {
  if (result.outcome === 'DELIVERED') return { status: 'DELIVERED' };
  // A manual attempt of an existing delivery stands outside its run; sending an event manually begins a run.
  if (delivery.trigger === 'manual' && delivery.position === 0) return { status: 'KEPT' };
  if (delivery.trigger === 'test' || !target || result.ended || result.isFinal) return { status: 'FAILED' };
  const retry = nextRetry(target.retryPolicy, delivery.position, delivery.holds, result, random);
  if (retry === null) return { status: 'FAILED' };
  return { status: 'RETRY', retryInMs: retry.inMs, counts: retry.counts };
}
