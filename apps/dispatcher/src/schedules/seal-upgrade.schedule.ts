import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SealUpgrade } from '@app/platform';

const EVERY_MS = 60_000;

/** Binds secrets of the old format to their places, in the background, until none is left. */
@Injectable()
export class SealUpgradeSchedule implements OnApplicationBootstrap {
  private readonly logger = new Logger('SealUpgrade');
  private running: Promise<void> | null = null;

  constructor(private readonly upgrade: SealUpgrade) {}

  onApplicationBootstrap(): void {
    void this.advance();
  }

  @Interval(EVERY_MS)
  advance(): Promise<void> {
    this.running ??= this.turn().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async turn(): Promise<void> {
    try {
      const resealed = Object.entries(await this.upgrade.advance()).filter(([, count]) => count > 0);
      if (resealed.length > 0)
        this.logger.log({ msg: 'Secrets were bound to their places', ...Object.fromEntries(resealed) });
    } catch (error) {
      // PostgreSQL is down, or this process is stopping; the next turn is a minute away.
      this.logger.warn({ err: error }, 'Secrets could not be bound to their places');
    }
  }
}
