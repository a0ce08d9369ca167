import type { AttemptOutcome, DeliveryStatus } from '@app/delivery';
import type { Explanation } from './explain-attempt';

/** Where a delivery stands, and what its webhook's state has to do with it. */
export interface DeliveryFacts {
  status: DeliveryStatus;
  attemptCount: number;
  dueAt: Date | null;
  parkedAt: Date | null;
  lastOutcome: AttemptOutcome | null;
  webhook: {
    status: 'ACTIVE' | 'PAUSED' | 'DISABLED';
    disabledReason: string | null;
    circuitState: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
    deleted: boolean;
  } | null;
}

/**
 * The sentence at the head of a delivery's page.
 * @param ofLastAttempt what its newest attempt came to; null while there is none.
 */
export function explainDelivery(
  delivery: DeliveryFacts,
  ofLastAttempt: Explanation | null,
  now: Date,
): Explanation {
  if (delivery.status === 'DELIVERED') {
    return (
      ofLastAttempt ?? {
        whose: 'nobody',
        short: 'Delivered',
        whatHappened: 'It was delivered.',
        whatToDo: 'Nothing.',
      }
    );
  }
  const state = explainWebhookState(delivery.webhook);
  if (delivery.status === 'FAILED') {
    const failed = ofLastAttempt ?? {
      whose: 'us',
      short: 'Failed',
      whatHappened: 'It failed before any attempt was made.',
      whatToDo: 'Retry it.',
    };
    const tries = delivery.attemptCount === 1 ? 'the only attempt' : `all ${delivery.attemptCount} attempts`;
    return {
      ...failed,
      whatHappened: `We gave up after ${tries}. ${failed.whatHappened}`,
      whatToDo: [failed.whatToDo, state?.whatToDo].filter(Boolean).join(' '),
    };
  }
  return explainPending(delivery, ofLastAttempt, state, now);
}

function explainPending(
  delivery: DeliveryFacts,
  last: Explanation | null,
  state: Explanation | null,
  now: Date,
): Explanation {
  const soFar = last ? ` So far: ${last.whatHappened}` : '';
  if (state) return { ...state, whatHappened: state.whatHappened + soFar };
  if (delivery.dueAt) {
    const inMs = delivery.dueAt.getTime() - now.getTime();
    const when = inMs > 0 ? `in ${duration(inMs)}` : 'now';
    return {
      whose: last?.whose ?? 'nobody',
      short: last ? `${last.short}; next try ${when}` : `Next try ${when}`,
      whatHappened: `It is tried again ${when}.${soFar}`,
      whatToDo:
        last && last.whose !== 'nobody' ? `Wait for the next try, or: ${last.whatToDo}` : 'Wait for it.',
    };
  }
  if (delivery.parkedAt) {
    return {
      whose: 'nobody',
      short: 'Waits for its turn',
      whatHappened: `It has been waiting for ${duration(now.getTime() - delivery.parkedAt.getTime())} until its webhook has room: others to the same endpoint are under way.${soFar}`,
      whatToDo:
        'Usually nothing. If it takes long, their endpoint is slow, or the webhook’s own limits are low.',
    };
  }
  return {
    whose: 'nobody',
    short: 'Being sent',
    whatHappened: `It is being sent right now.${soFar}`,
    whatToDo: 'Wait a few seconds.',
  };
}

function explainWebhookState(webhook: DeliveryFacts['webhook']): Explanation | null {
  if (!webhook || webhook.deleted) {
    return {
      whose: 'customer',
      short: 'Webhook deleted',
      whatHappened: 'Its webhook has been deleted.',
      whatToDo: 'Ask them whether they have made a new one; replay the events there.',
    };
  }
  if (webhook.status === 'PAUSED') {
    return {
      whose: 'customer',
      short: 'Webhook paused',
      whatHappened: 'Its webhook is paused.',
      whatToDo: 'Ask them whether it should be, then activate it.',
    };
  }
  if (webhook.status === 'DISABLED') {
    return {
      whose: 'customer',
      short: 'Webhook disabled',
      whatHappened: `Its webhook was disabled by us: ${webhook.disabledReason ?? 'no reason is known'}.`,
      whatToDo: 'Once their endpoint works again, activate the webhook and replay what failed.',
    };
  }
  if (webhook.circuitState === 'OPEN') {
    return {
      whose: 'customer',
      short: 'Circuit open',
      whatHappened: 'Their endpoint kept failing, so we send to it only now and then until it answers again.',
      whatToDo: 'Once their endpoint works again, it goes on by itself; to try at once, reset the circuit.',
    };
  }
  return null;
}

/** A length of time for people: `340 ms`, `4 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const s = Math.round(ms / 1_000);
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return s % 60 && min < 10 ? `${min} min ${s % 60} s` : `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  return `${Math.floor(h / 24)} d`;
}
