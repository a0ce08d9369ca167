import { Periodic } from './periodic';

describe('periodic work', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('runs again and again, and waits between', async () => {
    const work = jest.fn(() => Promise.resolve());
    const periodic = new Periodic(100, work, fail);
    periodic.start();
    await jest.advanceTimersByTimeAsync(99);
    expect(work).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(901);
    expect(work).toHaveBeenCalledTimes(10);
    await periodic.stop();
  });

  it('never runs twice at the same time', async () => {
    let running = 0;
    let most = 0;
    const periodic = new Periodic(
      10,
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 35));
        running -= 1;
      },
      fail,
    );
    periodic.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(most).toBe(1);
    await Promise.all([periodic.stop(), jest.advanceTimersByTimeAsync(100)]);
  });

  it('tells of a failure and goes on', async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const work = () => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve());
    const periodic = new Periodic(10, work, (error) => errors.push(error));
    periodic.start();
    await jest.advanceTimersByTimeAsync(30);
    expect(errors).toEqual([new Error('away')]);
    expect(calls).toBe(3);
    await periodic.stop();
  });

  it('stops when the turn under way has ended, and then for good', async () => {
    let ended = 0;
    const periodic = new Periodic(
      10,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ended += 1;
      },
      fail,
    );
    periodic.start();
    await jest.advanceTimersByTimeAsync(20);
    let isStopped = false;
    void periodic.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(20);
    expect([ended, isStopped]).toEqual([0, false]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([ended, isStopped]).toEqual([1, true]);
    expect(jest.getTimerCount()).toBe(0);
  });

  function fail(error: unknown): never {
    throw error;
  }
});
