import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { isDependencyAway, Metrics, Periodic } from '@app/platform';
import { Membership } from '../membership/membership';
import { DeliveryStore } from '../store/delivery-store';
import { DeliveryEngine } from './delivery-engine';
import { EndpointQueues } from './endpoint-queues';
import { ManualSender } from './manual-sender';

/** How often the sweeper looks, in milliseconds. */
const SWEEP_EVERY_MS = 300;
/** A retry that is this late has lost its job: Redis is away, or was emptied. */
const OVERDUE_AFTER_MS = 250;
/** Parked deliveries are looked for once in this many sweeps. */
const PARKED_EVERY = 3;
const ADOPT_AT_ONCE = 500;

/**
 * What makes Redis dispensable: PostgreSQL knows what is due, parked, and requested manually, and each dispatcher looks
 * there a few times a second for what no job has started.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly sweeps = new Periodic(SWEEP_EVERY_MS, () => this.sweep(), (error) => this.noteFailure(error)); // prettier-ignore
  private count = 0;

  constructor(
    private readonly engine: DeliveryEngine,
    private readonly store: DeliveryStore,
    private readonly manual: ManualSender,
    private readonly queues: EndpointQueues,
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
    const late = await this.engine.runRetries({ overdueByMs: OVERDUE_AFTER_MS });
    if (late > 0) this.metrics.recovered.inc({ from: 'overdue' }, late);
    await this.manual.sendWaiting();
    if (this.count++ % PARKED_EVERY !== 0) return;
    while (await this.store.adoptDue(ADOPT_AT_ONCE)) if (this.sweeps.isStopping) return;
    for (const queue of this.queues.tidy(performance.now())) void this.engine.configure(queue);
    for (const { webhookId, accountId } of await this.store.webhooksWithParked()) {
      const queue = this.engine.queueOf(webhookId, accountId);
      queue.noteBacklog();
      this.engine.pump(queue);
    }
  }

  /** The heartbeat reports an outage of PostgreSQL. */
  private noteFailure(error: unknown): void {
    if (!isDependencyAway(error)) this.logger.error({ err: error, msg: 'A sweep failed and is tried again' });
  }
}
