import type { CustomMethod } from '@app/formatting';
import type { AttemptView } from '@app/delivery';
import { explainAttempt, type Explanation } from './explain-attempt';
import { asCurl } from './as-curl';

export type AttemptItem = Omit<AttemptView, 'startedAt' | 'nextAttemptAt' | 'request'> & {
  kind: 'attempt';
  at: string;
  request: { method: CustomMethod; url: string; headers: Record<string, string> };
  explanation: Explanation;
  curl: string;
};

/** What happened to a delivery, in its order. */
export type TimelineItem =
  | { kind: 'accepted'; at: string; text: string }
  | { kind: 'wait'; ms: number }
  | AttemptItem
  | { kind: 'next'; at: string | null; text: string }
  | { kind: 'end'; at: string; text: string };

/** What the time line is made of. */
export interface TimelineFacts {
  status: 'PENDING' | 'DELIVERED' | 'FAILED';
  createdAt: Date;
  finishedAt: Date | null;
  nextAttemptAt: Date | null;
  waitingFor: 'RETRY_DUE' | 'ROOM' | 'CIRCUIT_OPEN' | null;
  attempts: AttemptView[];
}

const TRIGGERS: Record<string, string> = { manual: 'asked for by hand', replay: 'a replay', test: 'a test' };

/** The time line of a delivery, with what passed between its attempts. */
export function timelineOf(delivery: TimelineFacts, body: string | null): TimelineItem[] {
  const items: TimelineItem[] = [
    { kind: 'accepted', at: delivery.createdAt.toISOString(), text: 'Accepted and stored' },
  ];
  let before = delivery.createdAt.getTime();
  for (const attempt of delivery.attempts) {
    items.push(
      { kind: 'wait', ms: Math.max(0, attempt.startedAt.getTime() - before) },
      attemptItem(attempt, body),
    );
    before = attempt.startedAt.getTime() + attempt.durationMs;
  }
  if (delivery.status === 'PENDING') items.push(nextItem(delivery));
  else if (delivery.finishedAt) {
    const text = delivery.status === 'DELIVERED' ? 'Delivered' : 'Given up';
    items.push({ kind: 'end', at: delivery.finishedAt.toISOString(), text });
  }
  return items;
}

/** Why an attempt was made, where it was not simply the event or a retry. */
export function triggerText(trigger: string): string | null {
  return TRIGGERS[trigger] ?? null;
}

function attemptItem(attempt: AttemptView, body: string | null): AttemptItem {
  const { id, number, trigger, startedAt, durationMs, outcome, statusCode, error, request, response } =
    attempt;
  const explanation = explainAttempt({
    outcome,
    statusCode,
    errorCode: error?.code ?? null,
    errorText: error?.text ?? null,
    requestUrl: request.url,
    durationMs,
    responseHeaders: response?.headers ?? null,
  });
  return {
    kind: 'attempt',
    id,
    number,
    trigger,
    durationMs,
    outcome,
    statusCode,
    error,
    response,
    at: startedAt.toISOString(),
    request: { method: request.method, url: request.url, headers: request.headers },
    explanation,
    curl: asCurl(request.url, request.headers, body),
  };
}

function nextItem({ nextAttemptAt, waitingFor }: TimelineFacts): TimelineItem {
  if (nextAttemptAt) return { kind: 'next', at: nextAttemptAt.toISOString(), text: 'Next attempt' };
  if (waitingFor === 'CIRCUIT_OPEN')
    return { kind: 'next', at: null, text: 'Waits until the endpoint answers again' };
  if (waitingFor === 'ROOM') return { kind: 'next', at: null, text: 'Waits for its turn at this endpoint' };
  return { kind: 'next', at: null, text: 'Being sent' };
}
