import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { isDependencyAway, Metrics, Periodic } from '@app/platform';
import { DueRetries } from '../retry/due-retries';
import { DeliveryStore } from '../store/delivery-store';
import { Gates } from './gates';
import { ManualSender } from './manual-sender';
import { Membership } from './membership';

/** How often the sweeper looks, in milliseconds. */
const SWEEP_EVERY_MS = 300;
/** A retry that is late by so much has lost its alarm: Redis is away, or was emptied, or the wait was too long for one. */
const OVERDUE_AFTER_MS = 250;
/** Parked deliveries are looked for once in so many sweeps. */
const PARKED_EVERY = 3;

/**
 * What makes Redis dispensable: PostgreSQL knows what is due, parked and asked for by hand, and each dispatcher looks
 * there a few times a second for what nobody has cared for.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly sweeps = new Periodic(SWEEP_EVERY_MS, () => this.sweep(), (error) => this.noteFailure(error)); // prettier-ignore
  private count = 0;

  constructor(
    private readonly due: DueRetries,
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
    if (!this.membership.hasFreshHeartbeat) return;
    const late = await this.due.take(OVERDUE_AFTER_MS);
    if (late > 0) this.metrics.recovered.inc({ from: 'overdue' }, late);
    await this.manual.sendWaiting();
    if (this.count++ % PARKED_EVERY !== 0) return;
    this.gates.tidy(performance.now());
    for (const { webhookId, accountId } of await this.store.webhooksWithParked())
      this.gates.of(webhookId, accountId).noteBacklog();
  }

  /** The heartbeat reports an outage of PostgreSQL. */
  private noteFailure(error: unknown): void {
    if (!isDependencyAway(error)) this.logger.error({ err: error, msg: 'A sweep failed and is tried again' });
  }
}
