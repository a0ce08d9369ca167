import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import { GroupCommit, QUEUES } from '@app/platform';
import type { Queue } from 'bull';

/** The alarm of one attempt. It is set once, however often it is tried: the job's id says which attempt it is for. */
export interface RetryJob {
  deliveryId: string;
  /** Of the attempt that is due. */
  number: number;
}

/** Waits beyond it have no job: the sweeper finds them in PostgreSQL, and Redis isn't filled with hours of waiting. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * The clock of retries: a delayed job wakes a dispatcher at the right moment. It is only a clock: when each retry is
 * due stands in PostgreSQL, and what Redis forgets is a quarter of a second late, not lost.
 */
@Injectable()
export class RetryQueue {
  private readonly adds = new GroupCommit<RetryJob & { dueAt: number }>((jobs) => this.addAll(jobs), {
    lingerMs: 1,
    maxItems: 200,
    concurrency: 4,
  });

  constructor(@InjectQueue(QUEUES.retries) private readonly queue: Queue<RetryJob>) {}

  /** Sets the alarm. Never fails: without Redis there is none, and the sweeper is the clock. */
  schedule(deliveryId: string, number: number, inMs: number): void {
    if (inMs > LONGEST_WAIT_MS || this.queue.client.status !== 'ready') return;
    this.adds.add({ deliveryId, number, dueAt: performance.now() + inMs }).catch(() => undefined);
  }

  private async addAll(jobs: (RetryJob & { dueAt: number })[]): Promise<void[]> {
    const now = performance.now();
    await this.queue.addBulk(
      jobs.map(({ deliveryId, number, dueAt }) => ({
        data: { deliveryId, number },
        opts: {
          jobId: `${deliveryId}:${number}`,
          delay: Math.max(1, Math.round(dueAt - now)),
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
    return jobs.map(() => undefined);
  }
}
