import { Logger } from '@nestjs/common';
import type { DeliveryStore } from '../store/delivery-store';
import { Hand } from './hand';
import { HeldRetries } from './held-retries';
import type { InHand, Lease } from './in-hand';

describe('retries that are held', () => {
  const draw = jest.fn();
  const admit = jest.fn((deliveries: InHand[]) => deliveries.forEach((delivery) => hand.take(delivery)));
  let hand: Hand;
  let held: HeldRetries;
  let lease: Lease;

  beforeEach(() => {
    jest.useFakeTimers();
    draw.mockReset().mockImplementation((waited: InHand[]) => Promise.resolve(waited));
    admit.mockClear();
    hand = new Hand();
    held = new HeldRetries({ draw } as unknown as DeliveryStore, hand);
    held.servedBy({ admit });
    lease = { id: 'lease', open: 2 };
  });
  afterEach(() => jest.useRealTimers());

  const of = (id: string) => ({ id, lease, event: { data: 'x' } }) as unknown as InHand;
  const ids = (calls: InHand[][][]) => calls.map(([deliveries]) => deliveries.map(({ id }) => id).sort());

  it('are in hand, and drawn together when their waits are over, not before', async () => {
    held.hold(of('a'), 1_000);
    held.hold(of('b'), 1_000);
    held.hold(of('c'), 2_000);
    expect(hand.size).toBe(3);
    await jest.advanceTimersByTimeAsync(999);
    expect(draw).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(51);
    expect(ids(draw.mock.calls)).toEqual([['a', 'b']]);
    expect(ids(admit.mock.calls)).toEqual([['a', 'b']]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ids(admit.mock.calls)).toEqual([['a', 'b'], ['c']]);
    expect(hand.size).toBe(3);
  });

  it('go on at once when their time was over before they came: the record had to wait for PostgreSQL', async () => {
    await jest.advanceTimersByTimeAsync(7_777);
    held.hold(of('a'), 1_000);
    held.hold(of('b'), -9_000);
    await jest.advanceTimersByTimeAsync(60);
    expect(ids(admit.mock.calls)).toEqual([['b']]);
  });

  it('are let go of, with their lease, when they are not ours to send any more', async () => {
    draw.mockImplementation((waited: InHand[]) => Promise.resolve(waited.filter(({ id }) => id === 'b')));
    held.hold(of('a'), 1_000);
    held.hold(of('b'), 1_000);
    await jest.advanceTimersByTimeAsync(1_050);
    expect(ids(admit.mock.calls)).toEqual([['b']]);
    expect([hand.size, lease.open, hand.holds('lease')]).toEqual([1, 1, true]);
  });

  it('wait for PostgreSQL while it is away', async () => {
    draw.mockRejectedValueOnce(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    held.hold(of('a'), 1_000);
    await jest.advanceTimersByTimeAsync(1_050);
    expect(admit).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(250);
    expect(ids(admit.mock.calls)).toEqual([['a']]);
  });

  it('are left to the take-over, with all of their lease, when they cannot be drawn', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    draw.mockRejectedValueOnce(new Error('no such column'));
    held.hold(of('a'), 1_000);
    await jest.advanceTimersByTimeAsync(1_050);
    expect([admit.mock.calls.length, hand.size, hand.holds('lease')]).toEqual([0, 0, false]);
  });

  it('are given up by a stop; what comes after it goes on at once', async () => {
    held.hold(of('a'), 1_000);
    expect(held.hasRoomFor(1_000)).toBe(true);
    expect(held.stop().map(({ id }) => id)).toEqual(['a']);
    expect(held.hasRoomFor(1_000)).toBe(false);
    held.hold(of('b'), 1_000);
    expect(ids(admit.mock.calls)).toEqual([['b']]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(draw).not.toHaveBeenCalled();
  });

  it.each([
    [4_000, true],
    [5_000, true],
    [60_000, false],
  ])('of a wait of %d ms: %s', (waitMs, holds) => {
    expect(held.hasRoomFor(waitMs)).toBe(holds);
  });
});
