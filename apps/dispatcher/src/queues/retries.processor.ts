import { Process, Processor } from '@nestjs/bull';
import { RetryIntake, type RetryJob } from '@app/delivery';
import { QUEUES } from '@app/platform';
import type { Job } from 'bull';

/** Alarms of retries. Running one twice is harmless: the second finds nothing to take in hand. */
@Processor(QUEUES.retries)
export class RetriesProcessor {
  constructor(private readonly intake: RetryIntake) {}

  @Process({ name: '*', concurrency: 200 })
  async take(job: Job<RetryJob>): Promise<void> {
    await this.intake.take(job.data, Date.now() - (job.timestamp + (job.opts.delay ?? 0)));
  }
}
