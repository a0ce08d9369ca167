import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '@app/platform';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { Membership } from '../membership/membership';
import { batchIdsAt } from '../retry/retry-jobs';
import { DeliveryStore } from '../store/delivery-store';
import { untilWritten } from '../store/until-written';
import { EventContents, withoutContent } from './event-contents';
import { InFlightDeliveries } from './in-flight-deliveries';
import type { EndpointTrust } from './sending-slots';

/** Batches claimed by one statement: of a few hundred deliveries each at most. */
const BATCHES_AT_ONCE = 8;

/** Which retries: of a scheduled moment (Unix milliseconds), or overdue by this many milliseconds. */
export type DueRetries = { at: number } | { overdueByMs: number };

export interface NextRetries {
  ready: ClaimedDelivery[];
  /** Claimed as well, without content: their endpoints have no capacity, so they are to be parked. */
  full: ClaimedDelivery[];
}

/** Claims deliveries that wait in PostgreSQL, and puts claimed ones back. In groups, and counted in `InFlightDeliveries`. */
@Injectable()
export class DeliveryClaims {
  private readonly logger = new Logger('DeliveryClaims');
  private readonly parks = this.putBackGroup((deliveries, ended) => this.store.park(deliveries, ended));
  private readonly handBacks = this.putBackGroup((deliveries, ended) =>
    this.store.handBack(deliveries, ended),
  );
  private readonly fetches = new GroupCommit<{ webhookId: string; count: number }, ClaimedDelivery[]>(
    (wanted) => this.fetchAll(wanted),
    { lingerMs: 1, maxItems: 100, concurrency: 2 },
  );

  constructor(
    private readonly store: DeliveryStore,
    private readonly contents: EventContents,
    private readonly inFlight: InFlightDeliveries,
    private readonly membership: Membership,
  ) {}

  get dispatcherId(): string {
    return this.membership.dispatcherId;
  }

  /** Whether no other dispatcher can have taken this one for dead. */
  get hasFreshHeartbeat(): boolean {
    return this.membership.hasFreshHeartbeat;
  }

  get isFull(): boolean {
    return this.inFlight.isFull;
  }

  isCrowdedFor(trust: EndpointTrust): boolean {
    return this.inFlight.isCrowdedFor(trust);
  }

  /** Counts a delivery that PostgreSQL has as claimed by this process. */
  add(delivery: ClaimedDelivery): void {
    this.inFlight.add(delivery);
  }

  /** Forgets a delivery whose outcome PostgreSQL does not have: it will be taken over. */
  abandon(delivery: ClaimedDelivery): void {
    this.inFlight.abandon(delivery);
  }

  /** Lets deliveries wait until their endpoint has capacity. Resolves when that is committed. */
  async park(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    await Promise.all(deliveries.map((delivery) => this.parks.add(delivery)));
  }

  /** Gives deliveries to whichever dispatcher comes first. Resolves when that is committed. */
  async handBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    await Promise.all(deliveries.map((delivery) => this.handBacks.add(delivery)));
  }

  /** Claims parked deliveries of a webhook, oldest first. */
  fetchParked(webhookId: string, count: number): Promise<ClaimedDelivery[]> {
    return this.fetches.add({ webhookId, count });
  }

  /**
   * Claims retries: those of a scheduled moment, or those overdue by some milliseconds. The contents of those whose
   * endpoint has no capacity are not read.
   * @returns null when there are no more to claim, or no room for them.
   */
  async nextRetries(
    due: DueRetries,
    hasCapacity: (webhookId: string) => boolean,
  ): Promise<NextRetries | null> {
    if (this.inFlight.isFull || !this.membership.hasFreshHeartbeat) return null;
    const { dispatcherId } = this.membership;
    const claimed =
      'at' in due
        ? await this.store.claimScheduled(dispatcherId, batchIdsAt(due.at), BATCHES_AT_ONCE)
        : await this.store.claimOverdue(dispatcherId, due.overdueByMs, BATCHES_AT_ONCE);
    if (claimed === null) return null;
    const withCapacity = new Set(claimed.filter(({ webhookId }) => hasCapacity(webhookId)));
    const full = claimed.filter((retry) => !withCapacity.has(retry)).map(withoutContent);
    const ready = await this.contents.addTo([...withCapacity]);
    for (const delivery of [...ready, ...full]) this.inFlight.add(delivery);
    return { ready, full };
  }

  async drained(): Promise<void> {
    await Promise.all([this.parks.drained(), this.handBacks.drained()]);
  }

  private putBackGroup(
    write: (deliveries: ClaimedDelivery[], endedLeases: string[]) => Promise<void>,
  ): GroupCommit<ClaimedDelivery> {
    return new GroupCommit<ClaimedDelivery>(
      async (deliveries) => {
        const endedLeases = this.inFlight.drainEndedLeases();
        try {
          await untilWritten(() => write(deliveries, endedLeases), this.logger);
        } catch (error) {
          // Of this group only: what was added together with them may be in another one, and be written.
          for (const delivery of deliveries) this.inFlight.abandon(delivery);
          throw error;
        }
        for (const delivery of deliveries) this.inFlight.release(delivery);
        return deliveries.map(() => undefined);
      },
      { lingerMs: 5, maxItems: 1_000, concurrency: 1 },
    );
  }

  private async fetchAll(wanted: { webhookId: string; count: number }[]): Promise<ClaimedDelivery[][]> {
    const deliveries = await this.store.claimParked(this.membership.dispatcherId, wanted);
    const byWebhook = new Map<string, ClaimedDelivery[]>(wanted.map(({ webhookId }) => [webhookId, []]));
    for (const delivery of deliveries) {
      this.inFlight.add(delivery);
      byWebhook.get(delivery.webhookId)!.push(delivery);
    }
    return wanted.map(({ webhookId }) => byWebhook.get(webhookId)!);
  }
}
