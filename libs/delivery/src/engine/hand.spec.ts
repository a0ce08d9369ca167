import { EventContent } from './event-content';
import { Hand } from './hand';
import type { InHand } from './in-hand';

function delivery(characters: number): InHand {
  const event = new EventContent('evt_1', 'CALL_COMPLETED', new Date(), false, 'x'.repeat(characters));
  return { id: 'dlv_1', lease: { id: 'lease', open: 1 }, event } as InHand;
}

describe('what is in hand', () => {
  it.each([
    ['deliveries', 20_000, 10],
    ['characters', 192, 1024 * 1024],
  ])('is crowded by half of its %s for endpoints of which nothing good is known, full for all by all of them', (_, count, characters) => {
    const hand = new Hand();
    const one = delivery(characters);
    const take = (times: number): void => {
      for (let i = 0; i < times; i += 1) hand.take(one);
    };

    take(count / 2 - 1);
    expect([hand.isCrowdedFor('suspect'), hand.isCrowdedFor('unproven')]).toEqual([false, false]);
    take(1);
    expect([hand.isCrowdedFor('suspect'), hand.isCrowdedFor('unproven')]).toEqual([true, true]);
    // What tells whether an unknown endpoint answers has room as well.
    expect([hand.isCrowdedFor('proven'), hand.isCrowdedFor('newcomer'), hand.isFull]).toEqual([false, false, false]);
    take(count / 2);
    expect([hand.isCrowdedFor('proven'), hand.isFull]).toEqual([false, true]);
    hand.drop(one);
    expect(hand.isFull).toBe(false);
  }); // prettier-ignore

  it('forsakes what PostgreSQL would not be told of: its lease is nothing that this process knows of', () => {
    const hand = new Hand();
    const [one, other] = [delivery(10), delivery(10)];
    const lease = { id: 'shared', open: 2 };
    for (const each of [one, other]) hand.take({ ...each, lease });
    hand.forsake({ ...one, lease });
    expect([hand.holds('shared'), hand.size]).toEqual([false, 1]);
    // The other one ends as usual; there is nothing to close for it any more.
    hand.committed([{ ...other, lease }], []);
    hand.drop({ ...other, lease });
    expect([hand.takeEnded(), hand.size]).toEqual([[], 0]);
  });

  it.each([
    ['deliveries', 5_000, 10],
    ['characters', 48, 1024 * 1024],
  ])('holds retries while less than a quarter of its %s is taken', (_, count, characters) => {
    const hand = new Hand();
    for (let i = 0; i < count - 1; i += 1) hand.take(delivery(characters));
    expect(hand.hasRoomToHold).toBe(true);
    hand.take(delivery(characters));
    expect(hand.hasRoomToHold).toBe(false);
  });
});
