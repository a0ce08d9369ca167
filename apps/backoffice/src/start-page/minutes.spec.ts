import { bucketOf, BUCKETS } from './histogram';
import { pointsOf, type Minute } from './minutes';

const NOW = new Date('2026-11-24T10:42:30Z');

function minute(time: string, facts: Partial<Minute> = {}): Minute {
  const duration_histogram = new Array<number>(BUCKETS).fill(0);
  duration_histogram[bucketOf(100)] = 10;
  return {
    minute: new Date(time),
    attempts: 10,
    delivered: 9,
    duration_histogram,
    waiting: null,
    oldest_waiting_ms: null,
    ...facts,
  };
}

describe('the points of a chart', () => {
  it.each([
    ['hour', 60, '2026-11-24T09:43:00.000Z', '2026-11-24T10:42:00.000Z'],
    ['day', 144, '2026-11-23T10:50:00.000Z', '2026-11-24T10:40:00.000Z'],
    ['week', 168, '2026-11-17T11:00:00.000Z', '2026-11-24T10:00:00.000Z'],
  ] as const)('of the last %s are %i, from %s to %s', (range, count, first, last) => {
    const points = pointsOf([], range, NOW);
    expect([points.length, points[0].at, points.at(-1)!.at]).toEqual([count, first, last]);
  });

  it('should have no success rate and no p95 where nothing was tried', () => {
    expect(pointsOf([], 'hour', NOW)[0]).toMatchObject({
      deliveredPerMinute: 0,
      successRate: null,
      p95Ms: null,
      waiting: null,
    });
  });

  it('should average what is counted by the minute, and take the worst of what was looked at', () => {
    const minutes = [
      minute('2026-11-24T10:20:00Z', { waiting: 3, oldest_waiting_ms: 500 }),
      minute('2026-11-24T10:21:00Z', { waiting: 8, oldest_waiting_ms: null, attempts: 30, delivered: 11 }),
    ];
    const point = pointsOf(minutes, 'day', NOW).find(({ at }) => at === '2026-11-24T10:20:00.000Z');
    expect(point).toMatchObject({
      deliveredPerMinute: 2,
      attemptsPerMinute: 4,
      successRate: 0.5,
      waiting: 8,
      oldestWaitingMs: 500,
    });
    expect(point!.p95Ms).toBeGreaterThan(90);
    expect(point!.p95Ms).toBeLessThan(110);
  });

  it('should not thin out a step that has only begun', () => {
    const point = pointsOf([minute('2026-11-24T10:40:00Z'), minute('2026-11-24T10:41:00Z')], 'day', NOW).at(
      -1,
    )!;
    expect(point.attemptsPerMinute).toBe(8);
  });
});
