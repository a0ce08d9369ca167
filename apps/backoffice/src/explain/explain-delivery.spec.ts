import { duration, explainDelivery, type DeliveryFacts } from './explain-delivery';
import type { Explanation } from './explain-attempt';

const NOW = new Date('2026-11-24T10:42:00Z');
const WEBHOOK = { status: 'ACTIVE', disabledReason: null, circuitState: 'CLOSED', deleted: false } as const;
const REDIRECTED: Explanation = {
  whose: 'customer',
  short: 'Answered 301: redirect',
  whatHappened: 'They answered 301.',
  whatToDo: 'Ask for the final URL.',
};

function delivery(facts: Partial<DeliveryFacts>): DeliveryFacts {
  return {
    status: 'PENDING',
    attemptCount: 1,
    dueAt: null,
    parkedAt: null,
    lastOutcome: null,
    webhook: WEBHOOK,
    ...facts,
  };
}

describe('explaining a delivery', () => {
  it.each<[string, Partial<DeliveryFacts>, Explanation | null, RegExp, RegExp]>([
    [
      'failed',
      { status: 'FAILED', attemptCount: 4 },
      REDIRECTED,
      /gave up after all 4 attempts\. They answered 301/,
      /^Ask for the final URL\.$/,
    ],
    ['failed once', { status: 'FAILED' }, REDIRECTED, /after the only attempt/, /final URL/],
    [
      'failed and the webhook is disabled',
      { status: 'FAILED', webhook: { ...WEBHOOK, status: 'DISABLED' } },
      REDIRECTED,
      /gave up/,
      /activate the webhook/,
    ],
    [
      'due in 3 s',
      { dueAt: new Date(NOW.getTime() + 3_000) },
      REDIRECTED,
      /tried again in 3 s\. So far: They answered 301/,
      /Wait for the next try, or: Ask/,
    ],
    ['overdue', { dueAt: new Date(NOW.getTime() - 50) }, null, /tried again now/, /Wait/],
    [
      'parked',
      { parkedAt: new Date(NOW.getTime() - 90_000) },
      null,
      /waiting for 1 min 30 s until its webhook has room/,
      /limits/,
    ],
    ['in hand', {}, null, /being sent right now/, /few seconds/],
    [
      'parked at an open circuit',
      { parkedAt: NOW, webhook: { ...WEBHOOK, circuitState: 'OPEN' } },
      null,
      /kept failing/,
      /reset the circuit/,
    ],
    [
      'waiting at a paused webhook',
      { parkedAt: NOW, webhook: { ...WEBHOOK, status: 'PAUSED' } },
      null,
      /is paused/,
      /activate/,
    ],
    [
      'waiting at a disabled webhook',
      { parkedAt: NOW, webhook: { ...WEBHOOK, status: 'DISABLED', disabledReason: 'failed for 5 days' } },
      null,
      /disabled by us: failed for 5 days/,
      /replay/,
    ],
    ['waiting at a deleted webhook', { parkedAt: NOW, webhook: null }, null, /deleted/, /new one/],
  ])('%s', (_name, facts, last, whatHappened, whatToDo) => {
    const explanation = explainDelivery(delivery(facts), last, NOW);
    expect(explanation.whatHappened).toMatch(whatHappened);
    expect(explanation.whatToDo).toMatch(whatToDo);
  });

  it('should say nothing of the webhook once it is delivered', () => {
    const delivered: Explanation = {
      whose: 'nobody',
      short: 'Delivered',
      whatHappened: 'Took it.',
      whatToDo: 'Nothing.',
    };
    const facts = delivery({ status: 'DELIVERED', webhook: { ...WEBHOOK, status: 'DISABLED' } });
    expect(explainDelivery(facts, delivered, NOW)).toEqual(delivered);
  });
});

describe('a length of time', () => {
  it.each([
    [-5, '0 ms'],
    [340, '340 ms'],
    [4_000, '4 s'],
    [59_700, '1 min'],
    [95_000, '1 min 35 s'],
    [12 * 60_000 + 5_000, '12 min'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 5 min'],
    [3 * 86_400_000, '3 d'],
  ])('%i ms is "%s"', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
