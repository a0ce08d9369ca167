import { DeadlineWheel } from './deadline-wheel';

describe('a wheel of deadlines', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** Adds a deadline and returns after how many milliseconds it fires, looked at every millisecond. */
  async function timeOf(wheel: DeadlineWheel, afterMs: number): Promise<number> {
    const start = performance.now();
    let firedAt = Number.NaN;
    wheel.add(afterMs, () => (firedAt = performance.now() - start));
    for (let i = 0; i < afterMs + 200 && Number.isNaN(firedAt); i += 1)
      await jest.advanceTimersByTimeAsync(1);
    return firedAt;
  }

  it.each([0, 1, 19, 20, 21, 500, 1_234, 9_999, 10_000])('fires at %d ms or up to 40 ms later, never before', async (afterMs) => {
    const wheel = new DeadlineWheel(10_000);
    wheel.add(10_000, () => undefined); // keeps it turning
    for (let phase = 0; phase < 20; phase += 7) {
      await jest.advanceTimersByTimeAsync(phase);
      const firedAt = await timeOf(wheel, afterMs);
      expect(firedAt).toBeGreaterThanOrEqual(afterMs);
      expect(firedAt).toBeLessThanOrEqual(afterMs + 40);
    }
  }); // prettier-ignore

  it('fires each of many once, around the wheel several times', async () => {
    const wheel = new DeadlineWheel(1_000);
    let fired = 0;
    for (let i = 0; i < 3_000; i += 1) {
      wheel.add(1 + (i % 1_000), () => (fired += 1));
      await jest.advanceTimersByTimeAsync(1);
    }
    await jest.advanceTimersByTimeAsync(1_100);
    expect(fired).toBe(3_000);
  });

  it('does not fire what was cancelled, and bears a cancel after the firing', async () => {
    const wheel = new DeadlineWheel(1_000);
    const expire = jest.fn();
    wheel.cancel(wheel.add(100, expire));
    const fired = wheel.add(100, () => undefined);
    await jest.advanceTimersByTimeAsync(200);
    wheel.cancel(fired);
    wheel.cancel(fired);
    expect(expire).not.toHaveBeenCalled();
    expect(await timeOf(wheel, 100)).toBeGreaterThanOrEqual(100);
  });

  it('lets a deadline that fires set another one', async () => {
    const wheel = new DeadlineWheel(1_000);
    const again = jest.fn();
    wheel.add(50, () => wheel.add(1_000, again));
    await jest.advanceTimersByTimeAsync(1_040);
    expect(again).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(100);
    expect(again).toHaveBeenCalledTimes(1);
  });

  it('keeps the time of a deadline that an expiring one adds while the wheel catches up', async () => {
    const wheel = new DeadlineWheel(1_000);
    const firedAfter: number[] = [];
    let stoodStillMs = 0;
    const realNow = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => realNow() + stoodStillMs);
    for (let ms = 20; ms <= 1_000; ms += 20)
      wheel.add(ms, () => {
        const begin = performance.now();
        wheel.add(1_000, () => firedAfter.push(performance.now() - begin));
      });
    stoodStillMs = 900;
    for (let i = 0; i < 2_500; i += 1) await jest.advanceTimersByTimeAsync(1);
    jest.restoreAllMocks();
    expect(firedAfter).toHaveLength(50);
    expect(Math.min(...firedAfter)).toBeGreaterThanOrEqual(1_000);
  });

  it.each([30, 500, 3_000])('never fires before its time after the process stood still for %d ms', async (stillMs) => {
    const wheel = new DeadlineWheel(10_000);
    wheel.add(10_000, () => undefined);
    await jest.advanceTimersByTimeAsync(105);
    // Time passes while no timer gets its turn.
    jest.setSystemTime(Date.now() + stillMs);
    const before = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => before + stillMs + (Date.now() - standingAt));
    const standingAt = Date.now();
    const firedAt = await timeOf(wheel, 10_000);
    jest.restoreAllMocks();
    expect(firedAt).toBeGreaterThanOrEqual(10_000);
    expect(firedAt).toBeLessThanOrEqual(10_060);
  }); // prettier-ignore

  it('fires a deadline that was added right after the last one was cancelled', async () => {
    const wheel = new DeadlineWheel(1_000);
    const only = wheel.add(500, () => undefined);
    await jest.advanceTimersByTimeAsync(10);
    wheel.cancel(only);
    expect(await timeOf(wheel, 100)).toBeLessThanOrEqual(140);
  });

  it('turns only while there is something to wait for', async () => {
    const wheel = new DeadlineWheel(1_000);
    wheel.add(10, () => undefined);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(jest.getTimerCount()).toBe(0);
  });
});
