import { Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import { EventBus } from '@app/events';
import { Problem, QUEUES } from '@app/platform';
import type { Job } from 'bull';

const TRY_AGAIN_MS = 500;
const AFTER_OUR_ERROR_MS = 30_000;

/**
 * The entry point for services that publish through Redis. The job is done when its event is committed.
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
    leaveNothingBehind(job);
    // Job ids start over when Redis was emptied; with the time they stay distinct.
    const ofJob = `call-events/${job.id}/${job.timestamp}`;
    const options = { source: 'queue', fallbackKey: ofJob } as const;
    const text = await textOf(job);
    for (;;) {
      try {
        return await (text === null
          ? this.bus.publish(job.data, options)
          : this.bus.publishJson(text, options));
      } catch (error) {
        if (error instanceof Problem && error.status < 500) return this.reject(job, error);
        if (!(error instanceof Problem)) return this.postpone(job, error);
        // PostgreSQL is down, or this process is too busy: the event waits in its job.
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      }
    }
  }

  /** What is wrong with the event will be wrong next time, so the job is not retried. Its publisher learns why from Bull's `failed` event. */
  private async reject(job: Job, problem: Problem): Promise<never> {
    const paths = problem.extra.errors?.map(({ path }) => path);
    this.logger.warn({ msg: 'A published event was rejected', jobId: job.id, paths });
    await job.discard();
    throw problem;
  }

  /** An error of ours must not cost an event: whatever the publisher's options say, the job comes back until it succeeds. */
  private postpone(job: Job, error: unknown): never {
    this.logger.error({ err: error, jobId: job.id }, 'A published event could not be processed yet');
    Object.assign(job.opts, {
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: 'fixed', delay: AFTER_OUR_ERROR_MS },
      stackTraceLimit: 1,
    });
    throw error;
  }
}

/**
 * Makes Bull delete the job in the same script that ends it, whatever its publisher's options say: a plain queue keeps
 * finished jobs, and with them transcripts that nothing would ever erase.
 */
function leaveNothingBehind(job: Job): void {
  Object.assign(job.opts, { removeOnComplete: true, removeOnFail: true });
}

/**
 * The job's data as its publisher wrote it. What Bull has parsed lacks duplicate names and the last digits of long
 * numbers, which publishers in other languages can write.
 * @returns null if it cannot be read any more: then what Bull has parsed has to do.
 */
async function textOf({ id, queue }: Job): Promise<string | null> {
  return queue.client.hget(queue.toKey(String(id)), 'data').catch(() => null);
}
