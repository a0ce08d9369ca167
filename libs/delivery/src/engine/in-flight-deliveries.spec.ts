import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { EventContent } from '../claims/event-content';
import { Lease } from '../claims/lease';
import { InFlightDeliveries } from './in-flight-deliveries';

function delivery(characters: number, lease = new Lease('lease')): ClaimedDelivery {
  const event = new EventContent('evt_1', 'CALL_COMPLETED', new Date(), false, 'x'.repeat(characters));
  return { id: 'dlv_1', lease, event } as ClaimedDelivery;
}

describe('deliveries in flight', () => {
  it.each([
    ['deliveries', 20_000, 10],
    ['characters', 192, 1024 * 1024],
  ])('are crowded by half of their %s for endpoints of which nothing good is known, full for all by all of them', (_, count, characters) => {
    const inFlight = new InFlightDeliveries();
    const one = delivery(characters);
    const add = (times: number): void => {
      for (let i = 0; i < times; i += 1) inFlight.add(one);
    };

    add(count / 2 - 1);
    expect([inFlight.isCrowdedFor('unresponsive'), inFlight.isCrowdedFor('probing')]).toEqual([false, false]);
    add(1);
    expect([inFlight.isCrowdedFor('unresponsive'), inFlight.isCrowdedFor('probing')]).toEqual([true, true]);
    // What shows whether an unknown endpoint responds has room as well.
    expect([inFlight.isCrowdedFor('responsive'), inFlight.isCrowdedFor('untried'), inFlight.isFull]).toEqual([false, false, false]);
    add(count / 2);
    expect([inFlight.isCrowdedFor('responsive'), inFlight.isFull, inFlight.capacity]).toEqual([false, true, 0]);
    inFlight.release(one);
    expect(inFlight.isFull).toBe(false);
  }); // prettier-ignore

  it('end their lease with the last of them, and not before', () => {
    const inFlight = new InFlightDeliveries();
    const lease = new Lease('shared');
    const [one, other] = [delivery(10, lease), delivery(10, lease)];
    for (const each of [one, other]) inFlight.add(each);
    inFlight.release(one);
    expect([inFlight.holds('shared'), inFlight.drainEndedLeases()]).toEqual([true, []]);
    inFlight.release(other);
    expect([inFlight.holds('shared'), inFlight.drainEndedLeases()]).toEqual([false, ['shared']]);
    expect(inFlight.drainEndedLeases()).toEqual([]);
  });

  it('leave the lease of an abandoned one in PostgreSQL, to be taken over', () => {
    const inFlight = new InFlightDeliveries();
    const lease = new Lease('shared');
    const [one, other] = [delivery(10, lease), delivery(10, lease)];
    for (const each of [one, other]) inFlight.add(each);
    inFlight.abandon(one);
    expect([inFlight.holds('shared'), inFlight.size]).toEqual([true, 1]);
    inFlight.release(other);
    expect([inFlight.holds('shared'), inFlight.drainEndedLeases(), inFlight.size]).toEqual([false, [], 0]);
  });
});
