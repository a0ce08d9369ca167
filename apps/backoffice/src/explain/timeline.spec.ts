import type { AttemptView } from '@app/delivery';
import { timelineOf, type TimelineFacts } from './timeline';

const T0 = Date.parse('2026-11-24T10:42:00.000Z');

function attempt(number: number, startedAfterMs: number, changes: Partial<AttemptView> = {}): AttemptView {
  return {
    id: `att_${number}`,
    number,
    trigger: number === 1 ? 'event' : 'retry',
    startedAt: new Date(T0 + startedAfterMs),
    durationMs: 100,
    outcome: 'HTTP_ERROR',
    statusCode: 500,
    error: { code: 'HTTP_500', text: null },
    request: {
      method: 'POST',
      url: 'https://crm.example/hook',
      headers: { 'X-Webhook-Attempt': String(number) },
      body: '{"secret":"of the call"}',
    },
    response: { headers: {}, body: 'oops', truncated: false },
    nextAttemptAt: null,
    ...changes,
  };
}

function delivery(changes: Partial<TimelineFacts>): TimelineFacts {
  return {
    status: 'FAILED',
    createdAt: new Date(T0),
    finishedAt: null,
    nextAttemptAt: null,
    waitingFor: null,
    attempts: [],
    ...changes,
  };
}

describe('the time line of a delivery', () => {
  it('should show how long it waited before each attempt, from the end of the one before', () => {
    const items = timelineOf(
      delivery({
        attempts: [attempt(1, 8), attempt(2, 1_108), attempt(3, 3_208)],
        finishedAt: new Date(T0 + 3_308),
      }),
      null,
    );
    expect(items.map((item) => (item.kind === 'wait' ? item.ms : item.kind))).toEqual([
      'accepted', 8, 'attempt', 1_000, 'attempt', 2_000, 'attempt', 'end',
    ]); // prettier-ignore
  });

  it.each<[string, Partial<TimelineFacts>, object]>([
    [
      'is due',
      { nextAttemptAt: new Date(T0 + 4_000) },
      { at: '2026-11-24T10:42:04.000Z', text: 'Next attempt' },
    ],
    ['waits for its turn', { waitingFor: 'ROOM' }, { at: null, text: 'Waits for its turn at this endpoint' }],
    [
      'waits at an open circuit',
      { waitingFor: 'CIRCUIT_OPEN' },
      { at: null, text: 'Waits until the endpoint answers again' },
    ],
    ['is in hand', {}, { at: null, text: 'Being sent' }],
  ])('should end with what comes next, when it %s', (_name, changes, next) => {
    expect(timelineOf(delivery({ status: 'PENDING', ...changes }), null).at(-1)).toEqual({
      kind: 'next',
      ...next,
    });
  });

  it('should end with how it ended, when it has', () => {
    const ended = delivery({ status: 'DELIVERED', finishedAt: new Date(T0 + 9) });
    expect(timelineOf(ended, null).at(-1)).toEqual({
      kind: 'end',
      at: '2026-11-24T10:42:00.009Z',
      text: 'Delivered',
    });
  });

  it('should not hold the body where it may not be seen', () => {
    expect(JSON.stringify(timelineOf(delivery({ attempts: [attempt(1, 0)] }), null))).not.toContain(
      'of the call',
    );
  });

  it('should not wait a negative time when two clocks disagree', () => {
    const [, wait] = timelineOf(delivery({ attempts: [attempt(1, -50)] }), null);
    expect(wait).toEqual({ kind: 'wait', ms: 0 });
  });
});
