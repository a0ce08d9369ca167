import { healthOf } from './webhook-health';

const NOW = new Date('2026-11-28T12:00:00Z');
const MINUTE = 60_000;

/** Deliveries that ended so many minutes ago, newest first; negative: failed. */
const last = (...minutes: number[]) =>
  minutes.map((ago) => ({ failed: ago < 0, endedAt: new Date(NOW.getTime() - Math.abs(ago) * MINUTE) }));

describe('the health of a webhook', () => {
  it.each([
    ['UNKNOWN', 'nothing was sent for 24 hours', false, []],
    [
      'UNKNOWN',
      'nothing was sent for 24 hours, and all failed before',
      false,
      last(-3000, -3001, -3002, -3003, -3004),
    ],
    ['HEALTHY', 'the first delivery is still on its way', true, []],
    ['HEALTHY', 'all succeed', true, last(1, 2, 3, 4, 5)],
    ['HEALTHY', 'one of the last 5 was delivered, 14 minutes ago', true, last(-1, -2, -3, -4, 14)],
    ['HEALTHY', 'the last was delivered', true, last(1, -2, -3, -4, -5)],
    ['HEALTHY', 'fewer than 5 failed, more than 15 minutes ago', true, last(-20, -21, 22)],
    ['FAILING', 'the last 5 failed, whenever that was', true, last(-100, -200, -300, -400, -500)],
    ['FAILING', 'all of the last 15 minutes failed', true, last(-1, -14, 16, 17, 18)],
    ['FAILING', 'the only delivery failed just now', true, last(-1)],
  ] as const)('is %s when %s', (health, _, isSent, deliveries) =>
    expect(healthOf(isSent, deliveries, NOW)).toBe(health),
  );
});
