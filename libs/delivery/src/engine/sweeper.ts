import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Metrics } from '@app/platform';
import { DeliveryStore } from '../store/delivery-store';
import { DeliveryEngine } from './delivery-engine';
import { Gates } from './gates';
import { ManualSender } from './manual-sender';
import { Membership } from './membership';
import { Periodic } from './periodic';

/** How often the sweeper looks, in milliseconds. */
const SWEEP_EVERY_MS = 300;
/** A retry that is late by so much has lost its job: Redis is away, or was emptied, or the wait was too long for a job. */
const OVERDUE_AFTER_MS = 250;
const CLAIM_AT_ONCE = 500;
/** Parked deliveries are looked for once in so many sweeps. */
const PARKED_EVERY = 3;

/**
 * What makes Redis dispensable: PostgreSQL knows what is due, parked and asked for by hand, and each dispatcher looks
 * there a few times a second for what nobody has cared for.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly sweeps = new Periodic(SWEEP_EVERY_MS, () => this.sweep(), (error) => this.logger.debug(error)); // prettier-ignore
  private count = 0;

  constructor(
    private readonly engine: DeliveryEngine,
    private readonly store: DeliveryStore,
    private readonly manual: ManualSender,
    private readonly gates: Gates,
    private readonly membership: Membership,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeps.stop();
  }

  private async sweep(): Promise<void> {
    if (!this.membership.mayAct) return;
    await this.takeOverdue();
    await this.manual.sendWaiting();
    if (this.count++ % PARKED_EVERY !== 0) return;
    this.gates.tidy(performance.now());
    for (const { webhookId, accountId } of await this.store.webhooksWithParked())
      this.gates.of(webhookId, accountId).noteBacklog();
  }

  private async takeOverdue(): Promise<void> {
    for (;;) {
      if (!this.engine.hasRoom) return;
      const deliveries = await this.store.claimOverdue(
        this.membership.dispatcherId,
        OVERDUE_AFTER_MS,
        CLAIM_AT_ONCE,
      );
      if (deliveries.length > 0) this.metrics.recovered.inc({ from: 'overdue' }, deliveries.length);
      this.engine.admit(deliveries);
      if (deliveries.length < CLAIM_AT_ONCE) return;
    }
  }
}
