import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit, Metrics, uuidv7 } from '@app/platform';
import type { AttemptResult } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';
import { batchIdAt, RetryJobs } from '../retry/retry-jobs';
import { type AttemptRecord, AttemptStore, type Verdict } from '../store/attempt-store';
import { untilWritten } from '../store/until-written';
import { EventContents } from './event-contents';
import { InFlightDeliveries } from './in-flight-deliveries';

/** Retries that are due within this time find their event's content in memory, in milliseconds. */
const KEEP_CONTENT_FOR_MS = 10_000;

interface Recording {
  attemptId: string;
  delivery: ClaimedDelivery;
  result: AttemptResult;
  verdict: Verdict;
  /** When its retry is scheduled, in Unix milliseconds of this process; null unless the verdict is RETRY. */
  retryAt: number | null;
}

/**
 * Records attempts in groups. An attempt that was made is recorded, however long PostgreSQL is away: it is tried again
 * until it works, and until then the delivery stays claimed.
 */
@Injectable()
export class AttemptRecorder {
  private readonly logger = new Logger('AttemptRecorder');
  private readonly group = new GroupCommit<Recording>((recordings) => this.commit(recordings), {
    // Nothing waits for a record but its retry; gathering for longer halves the commits at medium load.
    lingerMs: 8,
    maxItems: 400,
    concurrency: 2,
  });

  constructor(
    private readonly store: AttemptStore,
    private readonly jobs: RetryJobs,
    private readonly contents: EventContents,
    private readonly inFlight: InFlightDeliveries,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Records an attempt, what it makes of its delivery, and its retry; then the delivery is not this process's any more.
   * Resolves when that is committed.
   */
  async record(delivery: ClaimedDelivery, result: AttemptResult, verdict: Verdict): Promise<void> {
    // An attempt ends with its outcome; the body of the response may have been read after that.
    const sinceEnd = Math.max(0, Date.now() - result.startedAt - result.durationMs);
    const retryAt = verdict.status === 'RETRY' ? this.jobs.momentIn(verdict.retryInMs - sinceEnd) : null;
    try {
      await this.group.add({ attemptId: uuidv7(), delivery, result, verdict, retryAt });
    } catch (error) {
      this.inFlight.abandon(delivery);
      throw error;
    }
    if (verdict.status === 'RETRY' && verdict.retryInMs <= KEEP_CONTENT_FOR_MS)
      this.contents.keep(delivery.event);
    this.inFlight.release(delivery);
    if (retryAt !== null) this.jobs.schedule(retryAt);
  }

  async drained(): Promise<void> {
    await this.group.drained();
  }

  private async commit(recordings: Recording[]): Promise<void[]> {
    const batches = new Map<number, string>();
    for (const { retryAt } of recordings)
      if (retryAt !== null && !batches.has(retryAt)) batches.set(retryAt, batchIdAt(retryAt));
    const endedLeases = this.inFlight.drainEndedLeases();
    const [first, ...again] = withoutRepeatedDeliveries(recordings);
    await this.write(first, batches, endedLeases);
    for (const group of again) await this.write(group, batches, []);
    return recordings.map(() => undefined);
  }

  private async write(
    recordings: Recording[],
    batches: Map<number, string>,
    endedLeases: string[],
  ): Promise<void> {
    // For each try again: what a retry still has to wait for has become less.
    const write = () =>
      this.store.record(
        recordings.map((one) => toRecord(one, batches)),
        endedLeases,
      );
    try {
      const { fenced, renumbered } = await untilWritten(write, this.logger);
      if (fenced > 0) this.metrics.fenced.inc(fenced);
      if (fenced > 0 || renumbered > 0)
        this.logger.warn({
          msg: 'Another dispatcher has taken deliveries over meanwhile',
          fenced,
          renumbered,
        });
    } catch (error) {
      await this.writeWithoutTheBad(recordings, batches, endedLeases, error);
    }
  }

  /** One record that PostgreSQL won't take must not keep the others of its group from being recorded. */
  private async writeWithoutTheBad(
    recordings: Recording[],
    batches: Map<number, string>,
    endedLeases: string[],
    error: unknown,
  ): Promise<void> {
    if (recordings.length > 1) {
      const half = recordings.length >> 1;
      await this.write(recordings.slice(0, half), batches, endedLeases);
      await this.write(recordings.slice(half), batches, []);
      return;
    }
    const [recording] = recordings as [Recording];
    if (recording.result.responseBody === null && recording.result.responseHeaders === null) throw error;
    this.logger.error(
      { err: error, deliveryId: recording.delivery.id },
      'The response could not be recorded; the attempt is, without it',
    );
    const result = { ...recording.result, responseBody: null, responseHeaders: null };
    await this.write([{ ...recording, result }], batches, endedLeases);
  }
}

/** A delivery can be in a group twice (its own attempt and a manual one); a statement changes a row once. */
function withoutRepeatedDeliveries(recordings: Recording[]): Recording[][] {
  const seen = new Set<string>();
  const first: Recording[] = [];
  const again: Recording[][] = [];
  for (const recording of recordings) {
    if (seen.has(recording.delivery.id)) again.push([recording]);
    else first.push(recording);
    seen.add(recording.delivery.id);
  }
  return [first, ...again];
}

function toRecord({ retryAt, ...recording }: Recording, batches: Map<number, string>): AttemptRecord {
  const retry =
    retryAt === null ? null : { batchId: batches.get(retryAt)!, inMs: Math.max(0, retryAt - Date.now()) };
  return { ...recording, retry };
}
