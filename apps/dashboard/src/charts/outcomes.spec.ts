import { groupHours, meanOf, outcomesByStep, outcomesOf, sumOutcomes } from './outcomes';

describe('outcomes in a chart', () => {
  const byOutcome = {
    DELIVERED: 5,
    HTTP_ERROR: 2,
    TIMEOUT: 1,
    DNS_FAILED: 3,
    BLOCKED_ADDRESS: 1,
    NOT_SENT: 9,
  };

  it('groups them, and leaves out what was never sent', () => {
    expect(outcomesOf({ byOutcome })).toEqual({
      delivered: 5,
      refused: 2,
      timedOut: 1,
      unreachable: 4,
      failed: 7,
    });
  });

  it('adds hours up', () => {
    expect(sumOutcomes([{ byOutcome }, { byOutcome: { DELIVERED: 1 } }])).toMatchObject({
      delivered: 6,
      failed: 7,
    });
    expect(sumOutcomes([])).toMatchObject({ delivered: 0, failed: 0 });
  });

  it('puts hours together by the day, in order, and loses none', () => {
    const hours = ['23T22', '23T23', '24T00', '24T01'].map((text) => ({
      hour: `2026-11-${text}:00:00.000Z`,
    }));
    const days = groupHours(hours, (hour) => hour.toISOString().slice(0, 10));
    expect(days).toEqual([hours.slice(0, 2), hours.slice(2)]);
  });

  it('weighs the response times of hours by their attempts, and leaves out those without an answer', () => {
    const hour = (attempts: number, p50: number | null) => ({
      attempts,
      responseMs: { p50, p95: null, p99: null },
    });
    expect(meanOf([hour(30, 100), hour(10, 500), hour(99, null)], 'p50')).toBe(200);
    expect(meanOf([hour(5, null)], 'p50')).toBeNull();
  });

  it('counts settled deliveries by the step in which they were made', () => {
    const minute = 60_000;
    const at = (ms: number, lastOutcome: string | null, status = 'FAILED') => ({
      createdAt: new Date(ms).toISOString(),
      lastOutcome,
      status,
    });
    const steps = outcomesByStep(
      [
        at(9 * minute, 'DELIVERED', 'DELIVERED'),
        at(10 * minute, 'TIMEOUT'),
        at(14 * minute, 'HTTP_ERROR', 'PENDING'),
        at(4 * minute, 'TIMEOUT'),
      ],
      13 * minute,
      5 * minute,
      2,
    );
    expect(steps.map(({ from }) => from / minute)).toEqual([5, 10]);
    expect(steps.map(({ outcomes }) => [outcomes.delivered, outcomes.failed])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});
