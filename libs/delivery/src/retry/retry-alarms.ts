import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import { QUEUES } from '@app/platform';
import type { Queue } from 'bull';

/** Alarms are set to such a grid, in milliseconds: all retries of a moment share one. */
const GRID_MS = 20;
/**
 * … and to a coarser one while so many alarms are ahead: each is a job of Bull, a millisecond of work, and they would be
 * 50 a second.
 */
const BUSY_GRID_MS = 200;
const BUSY_AT = 25;
/** An alarm goes off so much after the retry is due, in milliseconds: PostgreSQL counted from a moment later than we did. */
const MARGIN_MS = 5;
/** Waits beyond it have no alarm: the sweeper finds them in PostgreSQL, and Redis isn't filled with hours of waiting. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * The clock of retries: delayed jobs of Bull, each of which says "something is due now" and no more. What is due stands
 * in PostgreSQL. So however many deliveries wait, there are at most 50 jobs for each second ahead, and what Redis
 * forgets is a quarter of a second late, not lost.
 */
@Injectable()
export class RetryAlarms {
  /** Those that this process has set, by the unix time in milliseconds. */
  private readonly ahead = new Set<number>();

  constructor(@InjectQueue(QUEUES.retries) private readonly queue: Queue<Record<string, never>>) {}

  /** Sets the alarm. Never fails: without Redis there is none, and the sweeper is the clock. */
  set(inMs: number): void {
    if (inMs > LONGEST_WAIT_MS || this.queue.client.status !== 'ready') return;
    const now = Date.now();
    this.forgetPast(now);
    const grid = this.ahead.size < BUSY_AT ? GRID_MS : BUSY_GRID_MS;
    const at = Math.ceil((now + Math.max(0, inMs) + MARGIN_MS) / grid) * grid;
    if (this.ahead.has(at)) return;
    this.ahead.add(at);
    this.queue
      // The job's id is its moment: dispatchers that set the same alarm set it once.
      .add({}, { jobId: `at-${at}`, delay: at - now, removeOnComplete: true, removeOnFail: true })
      .catch(() => this.ahead.delete(at));
  }

  private forgetPast(now: number): void {
    for (const at of this.ahead) {
      // A set keeps the order of adding, which is nearly that of the times.
      if (at >= now) return;
      this.ahead.delete(at);
    }
  }
}
