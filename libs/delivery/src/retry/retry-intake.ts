import { Injectable } from '@nestjs/common';
import { GroupCommit, Metrics } from '@app/platform';
import { DeliveryEngine } from '../engine/delivery-engine';
import { Membership } from '../engine/membership';
import { DeliveryStore } from '../store/delivery-store';
import type { RetryJob } from './retry-queue';

/** Takes retries in hand when their alarm goes off, in groups. */
@Injectable()
export class RetryIntake {
  private readonly claims = new GroupCommit<RetryJob>((jobs) => this.claim(jobs), {
    lingerMs: 1,
    maxItems: 200,
    concurrency: 2,
  });

  constructor(
    private readonly store: DeliveryStore,
    private readonly engine: DeliveryEngine,
    private readonly membership: Membership,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Resolves when the delivery is in hand of this dispatcher, by PostgreSQL: from then on the job is not needed any
   * more. A second run for the same attempt finds nothing to take.
   */
  async take(job: RetryJob, lateMs: number): Promise<void> {
    this.metrics.retryLateness.observe(Math.max(0, lateMs) / 1_000);
    await this.claims.add(job);
  }

  private async claim(jobs: RetryJob[]): Promise<void[]> {
    const deliveries = await this.store.claimDue(
      this.membership.dispatcherId,
      jobs.map(({ deliveryId, number }) => ({ deliveryId, number })),
    );
    this.engine.admit(deliveries);
    return jobs.map(() => undefined);
  }
}
