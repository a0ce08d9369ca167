import { Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import { MANUAL_JOB, type ManualJob, ManualSender, TEST_RECORDED } from '@app/delivery';
import { ChangeFeed, isDependencyAway, QUEUES } from '@app/platform';
import type { Job } from 'bull';

/**
 * What the API and the backoffice request. A job only starts its attempts and ends: were it to wait for them, tests of
 * servers that don't answer would take up all jobs at once, and other accounts' tests would wait behind them. Running
 * one twice is harmless: a request is taken once.
 */
@Processor(QUEUES.commands)
export class CommandsProcessor {
  private readonly logger = new Logger('Commands');

  constructor(
    private readonly manual: ManualSender,
    private readonly changes: ChangeFeed,
  ) {}

  @Process({ name: MANUAL_JOB, concurrency: 50 })
  send({ data: { ids, test } }: Job<ManualJob>): Promise<void> {
    void this.attempt(ids, test);
    return Promise.resolve();
  }

  private async attempt(ids: string[], test: string | undefined): Promise<void> {
    try {
      await this.manual.send(ids);
      if (test !== undefined) await this.changes.announce(TEST_RECORDED, test);
    } catch (error) {
      // They stand in PostgreSQL still, for the sweeper.
      if (!isDependencyAway(error))
        this.logger.error({ err: error, msg: 'Manual attempts failed and are made again' });
    }
  }
}
