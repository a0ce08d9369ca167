import { Process, Processor } from '@nestjs/bull';
import { DueRetries } from '@app/delivery';
import { Metrics, QUEUES } from '@app/platform';
import type { Job } from 'bull';

/** Alarms of retries. One that goes off twice is harmless: the second finds nothing to take in hand. */
@Processor(QUEUES.retries)
export class RetriesProcessor {
  constructor(
    private readonly due: DueRetries,
    private readonly metrics: Metrics,
  ) {}

  @Process({ name: '*', concurrency: 8 })
  async take(job: Job): Promise<void> {
    const lateMs = Date.now() - (job.timestamp + (job.opts.delay ?? 0));
    this.metrics.retryLateness.observe(Math.max(0, lateMs) / 1_000);
    await this.due.take();
  }
}
