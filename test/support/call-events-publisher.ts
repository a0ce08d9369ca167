import Bull from 'bull';
import type { TestApp } from './app';
import { eventually } from './eventually';

/** A publisher with a plain Bull queue, as one makes it that knows nothing of this service. */
export class CallEventsPublisher {
  private readonly outcomes = new Map<string, { value?: unknown; failedReason?: string }>();

  private constructor(readonly queue: Bull.Queue) {}

  static async start(app: TestApp): Promise<CallEventsPublisher> {
    const queue = new Bull('call-events', app.config.REDIS_URL, {
      prefix: `${app.config.REDIS_PREFIX}-bull`,
    });
    const publisher = new CallEventsPublisher(queue);
    // A finished job is gone, so `job.finished()` would wait forever for one that ended before it was called.
    queue.on('global:completed', (id, value) =>
      publisher.outcomes.set(String(id), { value: JSON.parse(value as string) }),
    );
    queue.on('global:failed', (id, failedReason) => publisher.outcomes.set(String(id), { failedReason }));
    await (queue as any)._registerEvent('global:completed');
    await (queue as any)._registerEvent('global:failed');
    await queue.isReady();
    return publisher;
  }

  /** What became of a job. */
  async outcomeOf(job: Bull.Job): Promise<{ value?: unknown; failedReason?: string }> {
    return eventually(() => {
      const outcome = this.outcomes.get(String(job.id));
      if (!outcome) throw new Error(`The job ${job.id} has not ended`);
      return outcome;
    });
  }

  async stop(): Promise<void> {
    await this.queue.close();
  }
}
