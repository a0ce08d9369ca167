import type { Queue } from 'bull';
import { RetryAlarms } from './retry-alarms';

/** A multiple of 200 and of 20, so that both grids begin there. */
const NOW = 1_800_000_000_000;

describe('the alarms of retries', () => {
  let status: string;
  let alarms: RetryAlarms;
  const add = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    status = 'ready';
    add.mockReset().mockResolvedValue({});
    const client = { get status() { return status; } }; // prettier-ignore
    alarms = new RetryAlarms({ client, add } as unknown as Queue<Record<string, never>>);
  });
  afterEach(() => jest.useRealTimers());

  const times = () => add.mock.calls.map(([, { jobId }]) => Number(jobId.slice('at-'.length)) - NOW);

  it('go off at the next moment of a 20 ms grid, 5 ms after the retry is due at the least', () => {
    alarms.set(1_000);
    expect(times()).toEqual([1_020]);
    expect(add).toHaveBeenCalledWith({}, expect.objectContaining({ delay: 1_020, removeOnComplete: true }));
  });

  it('are one for all retries of a moment', () => {
    for (const inMs of [1_000, 1_003, 1_015]) alarms.set(inMs);
    alarms.set(1_016);
    expect(times()).toEqual([1_020, 1_040]);
  });

  it('keep to a grid of 200 ms while many are ahead, and to the finer one again when these are past', () => {
    for (let i = 0; i < 25; i += 1) alarms.set(1_000 + 20 * i);
    add.mockClear();
    for (const inMs of [3_900, 3_995, 4_000]) alarms.set(inMs);
    expect(times()).toEqual([4_000, 4_200]);
    jest.advanceTimersByTime(10_000);
    add.mockClear();
    alarms.set(1_000);
    expect(times()).toEqual([11_020]);
  });

  it('are not set for long waits, nor without Redis: the sweeper finds those', () => {
    alarms.set(5 * 60_000 + 1);
    status = 'reconnecting';
    alarms.set(1_000);
    expect(add).not.toHaveBeenCalled();
  });

  it('are set again for the same moment when Redis did not take them', async () => {
    add.mockRejectedValueOnce(new Error('away'));
    alarms.set(1_000);
    await Promise.resolve().then(() => undefined);
    alarms.set(1_000);
    expect(times()).toEqual([1_020, 1_020]);
  });
});
