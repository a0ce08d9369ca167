import { Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import { EventBus } from '@app/events';
import { Problem, QUEUES } from '@app/platform';
import type { Job } from 'bull';

const TRY_AGAIN_MS = 500;

/**
 * The door for services that publish through Redis. The job is done when its event is committed.
 *
 * A job may run twice, when this process dies between the commit and the end of the job: the second run has the same
 * idempotency key, the publisher's own or one made of the job, and stores nothing.
 */
@Processor(QUEUES.callEvents)
export class CallEventsProcessor {
  private readonly logger = new Logger('CallEvents');

  constructor(private readonly bus: EventBus) {}

  @Process({ name: '*', concurrency: 100 })
  async publish(job: Job<unknown>): Promise<unknown> {
    // Job ids begin anew when Redis was emptied; with the time they stay apart.
    const ofJob = `call-events/${job.id}/${job.timestamp}`;
    const publication = isObject(job.data)
      ? { ...job.data, idempotencyKey: job.data['idempotencyKey'] ?? ofJob }
      : job.data;
    for (;;) {
      try {
        return await this.bus.publish(publication);
      } catch (error) {
        if (error instanceof Problem && error.status < 500) return this.refuse(job, error);
        if (!(error instanceof Problem)) throw error;
        // PostgreSQL is away, or we are too busy: the event waits in its job.
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      }
    }
  }

  /** What is wrong with it will be wrong next time: no more tries. It stays in the failed set, for its publisher to see. */
  private async refuse(job: Job, problem: Problem): Promise<never> {
    const paths = problem.extra.errors?.map(({ path }) => path);
    this.logger.warn({ msg: 'A published event was refused', jobId: job.id, paths });
    await job.discard();
    throw problem;
  }
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
