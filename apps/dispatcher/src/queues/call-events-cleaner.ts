import { InjectQueue } from '@nestjs/bull';
import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { QUEUES } from '@app/platform';
import type { Queue } from 'bull';

const EVERY_MS = 60_000;
const PAGE = 500;
/** Bull's own wording, for a job whose worker died too often. */
const STALLED = 'job stalled more than allowable limit';
/** For as long as an idempotency key is remembered, a job that was already published can safely run again. */
const REPUBLISHABLE_FOR_MS = 7 * 24 * 3_600_000;

/**
 * Clears finished `call-events` jobs out of Redis, since they hold call data. The processor removes its jobs as it ends
 * them; what is found here was finished by an earlier version, or by a worker of somebody else. Several processes may
 * run it at once: a job that is already gone is skipped.
 */
@Injectable()
export class CallEventsCleaner implements OnApplicationBootstrap {
  private readonly logger = new Logger('CallEvents');
  private isRunning = false;

  constructor(@InjectQueue(QUEUES.callEvents) private readonly queue: Queue) {}

  onApplicationBootstrap(): void {
    void this.cleanRegularly();
  }

  @Interval(EVERY_MS)
  async cleanRegularly(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      const { removed, republished } = await this.clean();
      if (removed + republished > 0)
        this.logger.log({ msg: 'Finished jobs were removed from Redis', removed, republished });
    } catch (error) {
      // Redis is down, or this process is stopping; the next turn is a minute away.
      this.logger.debug({ err: error }, 'Finished jobs could not be looked for');
    } finally {
      this.isRunning = false;
    }
  }

  /** Removes every finished job. One that failed only because its workers died is put back to be published. */
  async clean(): Promise<{ removed: number; republished: number }> {
    const republished = await this.republish(await this.neverPublished());
    const removed = (await this.removeAll('completed')) + (await this.removeAll('failed'));
    return { removed, republished };
  }

  private async neverPublished(): Promise<string[]> {
    const { client } = this.queue;
    const found: string[] = [];
    const oldest = Date.now() - REPUBLISHABLE_FOR_MS;
    for (let start = 0; ; start += PAGE) {
      const ids = await client.zrange(this.queue.toKey('failed'), start, start + PAGE - 1);
      if (ids.length === 0) return found;
      for (const id of ids) {
        const [reason, timestamp] = await client.hmget(this.queue.toKey(id), 'failedReason', 'timestamp');
        if (reason === STALLED && Number(timestamp) > oldest) found.push(id);
      }
    }
  }

  private async republish(ids: string[]): Promise<number> {
    let count = 0;
    for (const id of ids) {
      const job = await this.queue.getJob(id);
      // Another process may have put it back already.
      if (!(await job?.isFailed())) continue;
      await job!.retry();
      count++;
    }
    return count;
  }

  private async removeAll(state: 'completed' | 'failed'): Promise<number> {
    for (let total = 0; ;) {
      const { length } = await this.queue.clean(0, state, PAGE);
      total += length;
      if (length < PAGE) return total;
    }
  }
}
