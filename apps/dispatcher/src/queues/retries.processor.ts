import { Process, Processor } from '@nestjs/bull';
import { DeliveryEngine, type RetryJob } from '@app/delivery';
import { Metrics, QUEUES } from '@app/platform';
import type { Job } from 'bull';

/** Retries that are due at one moment. A job that runs twice is harmless: the second finds no batch left to claim. */
@Processor(QUEUES.retries)
export class RetriesProcessor {
  constructor(
    private readonly engine: DeliveryEngine,
    private readonly metrics: Metrics,
  ) {}

  @Process({ name: '*', concurrency: 8 })
  async run({ data: { at } }: Job<RetryJob>): Promise<void> {
    // A job of the version before carries no moment; what it stood for is found by the sweeper.
    if (typeof at !== 'number') return;
    this.metrics.retryLateness.observe(Math.max(0, Date.now() - at) / 1_000);
    await this.engine.runRetries({ at });
  }
}
