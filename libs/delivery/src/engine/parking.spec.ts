import type { DeliveryStore } from '../store/delivery-store';
import { Hand } from './hand';
import type { InHand } from './in-hand';
import type { Membership } from './membership';
import { Parking } from './parking';

describe('putting deliveries back', () => {
  it('forsakes the group that PostgreSQL would not take, and it alone', async () => {
    const hand = new Hand();
    const written: number[] = [];
    const park = (deliveries: InHand[]): Promise<void> => {
      if (deliveries[0].id === 'bad-0') return Promise.reject(new Error('no such column'));
      written.push(deliveries.length);
      return Promise.resolve();
    };
    const parking = new Parking({ park } as unknown as DeliveryStore, hand, {} as Membership);
    const of = (name: string, count: number): InHand[] => {
      const lease = { id: name, open: count };
      return Array.from({ length: count }, (_, i) => ({ id: `${name}-${i}`, lease, event: { data: 'x' } }) as InHand);
    };
    // A group is of a thousand at most: what is parked at once is written by two.
    const deliveries = [...of('bad', 1_000), ...of('good', 5)];
    for (const delivery of deliveries) hand.take(delivery);

    await expect(parking.park(deliveries)).rejects.toThrow('no such column');
    await parking.drained();
    expect(written).toEqual([5]);
    expect([hand.size, hand.holds('bad'), hand.holds('good')]).toEqual([0, false, false]);
  }); // prettier-ignore
});
