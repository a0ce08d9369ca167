import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { isDependencyAway, Metrics, Periodic } from '@app/platform';
import { LeaseStore } from '../store/lease-store';
import { Membership } from '../membership/membership';
import { ManualAttempts } from '../store/manual-attempts';
import { InFlightDeliveries } from './in-flight-deliveries';

const TAKE_OVER_EVERY_MS = 1_000;
const LOOK_FOR_LOST_EVERY_MS = 5_000;
/** A lease of this dispatcher that it doesn't know of after this long stems from a commit whose answer was lost. */
const LOST_AFTER_MS = 8_000;

/** Takes over what dead dispatchers had claimed, and what this one claimed without learning of it. */
@Injectable()
export class Recovery implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Recovery');
  private readonly takeOvers = new Periodic(TAKE_OVER_EVERY_MS, () => this.takeOverDead(), (error) => this.noteFailure(error)); // prettier-ignore
  private readonly searches = new Periodic(LOOK_FOR_LOST_EVERY_MS, () => this.findLost(), (error) => this.noteFailure(error)); // prettier-ignore
  private unknownRequests = new Set<string>();

  constructor(
    private readonly membership: Membership,
    private readonly leases: LeaseStore,
    private readonly manual: ManualAttempts,
    private readonly inFlight: InFlightDeliveries,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.takeOvers.start();
    this.searches.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.takeOvers.stop(), this.searches.stop()]);
    await this.leases
      .close(this.inFlight.drainEndedLeases())
      .catch((error: unknown) => this.noteFailure(error));
  }

  private async takeOverDead(): Promise<void> {
    await this.leases.close(this.inFlight.drainEndedLeases());
    const dead = [...this.membership.dead];
    if (dead.length === 0) return;
    await this.takeOver(dead);
    await this.membership.remove(dead);
  }

  private async findLost(): Promise<void> {
    const mine = await this.leases.of(this.membership.dispatcherId, LOST_AFTER_MS);
    const lost = mine.filter((leaseId) => !this.inFlight.holds(leaseId));
    if (lost.length > 0) this.report('lost-commit', await this.leases.takeOver(lost));
    await this.findLostRequests();
    const holders = await this.leases.unknownHolders();
    if (holders.length > 0) await this.takeOver(holders);
  }

  private async findLostRequests(): Promise<void> {
    const taken = await this.manual.takenBy(this.membership.dispatcherId);
    const unknown = taken.filter((id) => !this.inFlight.holds(id));
    // One that was taken a moment ago may not be in memory yet: only what was unknown last time, too, is lost.
    const lost = unknown.filter((id) => this.unknownRequests.has(id));
    this.unknownRequests = new Set(unknown);
    if (lost.length > 0) await this.manual.giveBack(lost);
  }

  private async takeOver(dispatcherIds: string[]): Promise<void> {
    this.report('dead-dispatcher', await this.leases.takeOverOf(dispatcherIds));
    await this.manual.release(dispatcherIds);
  }

  private report(from: string, count: number): void {
    if (count === 0) return;
    this.metrics.recovered.inc({ from }, count);
    this.logger.warn({ msg: 'taken over', from, deliveries: count });
  }

  /** The heartbeat reports an outage of PostgreSQL. */
  private noteFailure(error: unknown): void {
    if (!isDependencyAway(error))
      this.logger.error({ err: error, msg: 'Recovery failed and is tried again' });
  }
}
