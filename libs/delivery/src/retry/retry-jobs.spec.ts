import type { Queue } from 'bull';
import { batchIdAt, batchIdsAt, type RetryJob, RetryJobs } from './retry-jobs';

/** A multiple of 1,000, so that all grids begin there. */
const NOW = 1_800_000_000_000;

describe('the jobs of retries', () => {
  let status: string;
  let jobs: RetryJobs;
  const add = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    status = 'ready';
    add.mockReset().mockResolvedValue({});
    const client = { get status() { return status; } }; // prettier-ignore
    jobs = new RetryJobs({ client, add } as unknown as Queue<RetryJob>);
  });
  afterEach(() => jest.useRealTimers());

  const schedule = (inMs: number): number => {
    const at = jobs.momentIn(inMs);
    jobs.schedule(at);
    return at - NOW;
  };
  const times = () => add.mock.calls.map(([{ at }]) => at - NOW);

  it('run at the next moment of a 20 ms grid, never before the retry is due', () => {
    expect(schedule(1_001)).toBe(1_020);
    expect(add).toHaveBeenCalledWith(
      { at: NOW + 1_020 },
      expect.objectContaining({ jobId: `at-${NOW + 1_020}`, delay: 1_020, removeOnComplete: true }),
    );
  });

  it('are one for all retries of a moment', () => {
    for (const inMs of [1_000, 1_001, 1_015, 1_020]) schedule(inMs);
    schedule(1_021);
    expect(times()).toEqual([1_000, 1_020, 1_040]);
  });

  it('keep to a grid of 200 ms while many are ahead, and to the finer one again when these are past', () => {
    for (let i = 0; i < 25; i += 1) schedule(1_000 + 20 * i);
    add.mockClear();
    for (const inMs of [3_900, 3_995, 4_001]) schedule(inMs);
    expect(times()).toEqual([4_000, 4_200]);
    jest.advanceTimersByTime(10_000);
    expect(jobs.momentIn(1_001) - NOW).toBe(11_020);
  });

  it('are not on the coarse grid because of distant ones', () => {
    for (let i = 0; i < 100; i += 1) schedule(60_000 + 1_000 * i);
    expect(schedule(1_001)).toBe(1_020);
    schedule(59_990);
    for (let i = 0; i < 24; i += 1) schedule(1_000 + 20 * i);
    jest.advanceTimersByTime(10_000);
    expect(jobs.momentIn(1_001) - NOW).toBe(11_020);
  });

  it('of long waits are on a grid of a second, and as many as there are seconds at most', () => {
    expect(schedule(60_001)).toBe(61_000);
    expect(schedule(10 * 3_600_000)).toBe(10 * 3_600_000);
  });

  it('are not added without Redis: the sweeper finds what is overdue', () => {
    status = 'reconnecting';
    schedule(1_000);
    expect(add).not.toHaveBeenCalled();
  });

  it('are added again for the same moment when Redis did not take them', async () => {
    add.mockRejectedValueOnce(new Error('away'));
    schedule(1_000);
    await Promise.resolve().then(() => undefined);
    schedule(1_000);
    expect(times()).toEqual([1_000, 1_000]);
  });

  it('name the batches of their moment, and no others', () => {
    const at = NOW + 1_020;
    const { from, below } = batchIdsAt(at);
    for (let i = 0; i < 100; i += 1) {
      const id = batchIdAt(at);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id >= from && id < below).toBe(true);
    }
    expect(batchIdAt(at - 1) < from).toBe(true);
    expect(batchIdAt(at + 1) >= below).toBe(true);
  });
});
