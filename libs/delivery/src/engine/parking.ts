import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '@app/platform';
import { DeliveryStore } from '../store/delivery-store';
import { untilWritten } from '../store/until-written';
import { endingWith, type InHand, type Lease } from './in-hand';
import { Hand } from './hand';
import { Membership } from './membership';

/** Puts deliveries where they wait without costing memory, and takes them back; both in groups. */
@Injectable()
export class Parking {
  private readonly logger = new Logger('Parking');
  private readonly parks = this.putBackGroup((deliveries, closing) => this.store.park(deliveries, closing));
  private readonly handBacks = this.putBackGroup((deliveries, closing) =>
    this.store.handBack(deliveries, closing),
  );
  private readonly fetches = new GroupCommit<{ webhookId: string; count: number }, InHand[]>(
    (wanted) => this.fetchAll(wanted),
    {
      lingerMs: 1,
      maxItems: 100,
      concurrency: 2,
    },
  );

  constructor(
    private readonly store: DeliveryStore,
    private readonly hand: Hand,
    private readonly membership: Membership,
  ) {}

  /** Lets deliveries wait until their webhook has room. Resolves when that is committed. */
  async park(deliveries: readonly InHand[]): Promise<void> {
    await Promise.all(deliveries.map((delivery) => this.parks.add(delivery)));
  }

  /** Gives deliveries up to whoever comes first. Resolves when that is committed. */
  async handBack(deliveries: readonly InHand[]): Promise<void> {
    await Promise.all(deliveries.map((delivery) => this.handBacks.add(delivery)));
  }

  /** Takes parked deliveries of a webhook in hand, oldest first. */
  fetch(webhookId: string, count: number): Promise<InHand[]> {
    return this.fetches.add({ webhookId, count });
  }

  async drained(): Promise<void> {
    await Promise.all([this.parks.drained(), this.handBacks.drained()]);
  }

  private putBackGroup(
    write: (deliveries: InHand[], closing: Lease[]) => Promise<void>,
  ): GroupCommit<InHand> {
    return new GroupCommit<InHand>(
      async (deliveries) => {
        const closing = [...endingWith(deliveries), ...this.hand.takeEnded()];
        try {
          await untilWritten(() => write(deliveries, closing), this.logger);
        } catch (error) {
          // Of this group only: what was added together with them may be in another one, and be written.
          for (const delivery of deliveries) this.hand.forsake(delivery);
          throw error;
        }
        this.hand.committed(deliveries, closing);
        for (const delivery of deliveries) this.hand.drop(delivery);
        return deliveries.map(() => undefined);
      },
      { lingerMs: 5, maxItems: 1_000, concurrency: 1 },
    );
  }

  private async fetchAll(wanted: { webhookId: string; count: number }[]): Promise<InHand[][]> {
    const deliveries = await this.store.claimParked(this.membership.dispatcherId, wanted);
    const byWebhook = new Map<string, InHand[]>(wanted.map(({ webhookId }) => [webhookId, []]));
    for (const delivery of deliveries) byWebhook.get(delivery.webhookId)!.push(delivery);
    return wanted.map(({ webhookId }) => byWebhook.get(webhookId)!);
  }
}
