import { Hand } from './hand';
import { endingWith, type InHand, type Lease } from './in-hand';

const lease = (id: string, open: number): Lease => ({ id, open });
const of = (owner: Lease): InHand => ({ lease: owner, event: { data: null } }) as unknown as InHand;

describe('a lease', () => {
  it.each([
    ['its only delivery', 1, 1, true],
    ['the last ones, together', 3, 3, true],
    ['some of them', 3, 2, false],
  ])('ends with %s', (_, open, going, ends) => {
    const one = lease('a', open);
    expect(endingWith(Array.from({ length: going }, () => of(one)))).toEqual(ends ? [one] : []);
  });

  it('is closed by nobody while another group that has a part of it is not committed', () => {
    const hand = new Hand();
    const one = lease('a', 2);
    const [first, second] = [of(one), of(one)];
    // Both groups are under way at the same time.
    expect([endingWith([first]), endingWith([second])]).toEqual([[], []]);
    hand.committed([second], []);
    expect(hand.takeEnded()).toEqual([]);
    // Only now is there nothing left that a dying process could strand.
    hand.committed([first], []);
    expect(hand.takeEnded()).toEqual([one]);
    expect(hand.takeEnded()).toEqual([]);
  });

  it('is not closed again when its last group has closed it', () => {
    const hand = new Hand();
    const one = lease('a', 2);
    hand.committed([of(one)], []);
    const last = of(one);
    hand.committed([last], endingWith([last]));
    expect(hand.takeEnded()).toEqual([]);
  });

  it('stays known until it has ended', () => {
    const hand = new Hand();
    const one = lease('a', 2);
    const [first, second] = [of(one), of(one)];
    hand.take(first);
    hand.take(second);
    hand.committed([first], []);
    hand.drop(first);
    expect([hand.holds('a'), hand.size]).toEqual([true, 1]);
    hand.committed([second], [one]);
    hand.drop(second);
    expect([hand.holds('a'), hand.size]).toEqual([false, 0]);
  });
});
