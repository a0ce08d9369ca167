import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { isDependencyAway, Periodic } from '@app/platform';
import { Membership } from './membership';

const BEAT_EVERY_MS = 1_000;

/**
 * Says that this dispatcher is alive, in a loop of its own and on a connection of its own: whatever else this process
 * does, and however long that takes, must not make it look dead.
 */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Heartbeat');
  private readonly beats = new Periodic(BEAT_EVERY_MS, () => this.beat(), (error) => this.noteFailure(error)); // prettier-ignore
  private isFailing = false;

  constructor(private readonly membership: Membership) {}

  /** The first heartbeat comes before the first delivery. */
  async onApplicationBootstrap(): Promise<void> {
    await this.membership.beat();
    this.beats.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.beats.stop();
    // Without it, the others wait for five seconds before they take over what is left.
    await this.membership
      .remove([this.membership.dispatcherId])
      .catch((error: unknown) =>
        this.logger.warn({ err: error, msg: 'This dispatcher could not be signed off' }),
      );
  }

  private async beat(): Promise<void> {
    await this.membership.beat();
    if (this.isFailing) this.logger.log('The heartbeat is written again');
    this.isFailing = false;
  }

  /** Logged once for each outage, however long it is. */
  private noteFailure(error: unknown): void {
    if (!this.isFailing) {
      const msg = isDependencyAway(error)
        ? 'PostgreSQL is unavailable'
        : 'The heartbeat could not be written';
      this.logger.warn({ err: error, msg });
    }
    this.isFailing = true;
  }
}
