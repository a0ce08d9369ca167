import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '@app/platform';
import { LeaseStore } from '../store/lease-store';
import { ManualAttempts } from '../store/manual-attempts';
import { Hand } from './hand';
import { Membership } from './membership';
import { Periodic } from '../periodic';

const BEAT_EVERY_MS = 1_000;
const LOOK_FOR_LOST_EVERY_MS = 5_000;
/** A lease of ours that this process doesn't know, so long after its making, stems from a commit whose answer was lost. */
const LOST_AFTER_MS = 8_000;

/** Says that this dispatcher lives, and takes over what dead ones had in hand. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Heartbeat');
  private readonly beats = new Periodic(BEAT_EVERY_MS, () => this.beat(), (error) => this.complain(error)); // prettier-ignore
  private readonly searches = new Periodic(LOOK_FOR_LOST_EVERY_MS, () => this.findLost(), (error) => this.complain(error)); // prettier-ignore
  private unknownWishes = new Set<string>();
  private isAway = false;

  constructor(
    private readonly membership: Membership,
    private readonly leases: LeaseStore,
    private readonly manual: ManualAttempts,
    private readonly hand: Hand,
    private readonly metrics: Metrics,
  ) {}

  /** The first heartbeat comes before the first delivery. */
  async onApplicationBootstrap(): Promise<void> {
    await this.membership.beat();
    this.beats.start();
    this.searches.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.beats.stop(), this.searches.stop()]);
    await this.leases.close(this.hand.takeEnded()).catch(() => undefined);
    await this.membership.remove([this.membership.dispatcherId]).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    const dead = await this.membership.beat();
    await this.leases.close(this.hand.takeEnded());
    if (dead.length > 0) {
      await this.takeOver(dead);
      await this.membership.remove(dead);
    }
    if (this.isAway) this.logger.log('PostgreSQL is back');
    this.isAway = false;
  }

  private async findLost(): Promise<void> {
    const mine = await this.leases.of([this.membership.dispatcherId], LOST_AFTER_MS);
    const lost = mine.filter((leaseId) => !this.hand.holds(leaseId));
    if (lost.length > 0) this.report('lost-commit', await this.leases.takeOver(lost));
    await this.findLostWishes();
    const holders = await this.leases.unknownHolders();
    if (holders.length > 0) await this.takeOver(holders);
  }

  private async findLostWishes(): Promise<void> {
    const taken = await this.manual.takenBy(this.membership.dispatcherId);
    const unknown = taken.filter((id) => !this.hand.holds(id));
    // One that was taken a moment ago may not be in hand yet: only what was unknown last time, too, is lost.
    const lost = unknown.filter((id) => this.unknownWishes.has(id));
    this.unknownWishes = new Set(unknown);
    if (lost.length > 0) await this.manual.giveBack(lost);
  }

  private async takeOver(dispatcherIds: string[]): Promise<void> {
    this.report('dead-dispatcher', await this.leases.takeOver(await this.leases.of(dispatcherIds)));
    await this.manual.release(dispatcherIds);
  }

  private report(from: string, count: number): void {
    if (count === 0) return;
    this.metrics.recovered.inc({ from }, count);
    this.logger.warn({ msg: 'taken over', from, deliveries: count });
  }

  private complain(error: unknown): void {
    if (!this.isAway) this.logger.warn({ err: error, msg: 'PostgreSQL is away' });
    this.isAway = true;
  }
}
