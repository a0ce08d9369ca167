import { InjectQueue } from '@nestjs/bull';
import { Injectable } from '@nestjs/common';
import { QUEUES, uuidv7 } from '@app/platform';
import type { Queue } from 'bull';

/** Retries are scheduled to a grid, in milliseconds: all that are due in the same moment share a job. */
const GRID_MS = 20;
/** … a coarser one while many jobs are ahead: each costs about a millisecond of work, and they would be 50 a second. */
const BUSY_GRID_MS = 200;
const BUSY_AT = 25;
/** … and a second for waits of a minute and more, which are stretched by up to a tenth anyway. */
const LONG_WAIT_MS = 60_000;
const LONG_GRID_MS = 1_000;

/** What a job carries: the moment it is scheduled for, in Unix milliseconds. */
export interface RetryJob {
  at: number;
}

/**
 * Bull carries the retries: one delayed job for each moment in which any are due. The job is named by its moment, and so
 * are the batches that it claims (`batchIdAt`): however many deliveries wait, there are at most 50 jobs a second. What
 * Redis forgets is found in PostgreSQL a quarter of a second later.
 */
@Injectable()
export class RetryJobs {
  /** Jobs that this process has added, by their moments: those within a minute, and all later ones. */
  private readonly near = new Set<number>();
  private readonly far = new Set<number>();
  private prunedAt = 0;
  private farPrunedAt = 0;

  constructor(@InjectQueue(QUEUES.retries) private readonly queue: Queue<RetryJob>) {}

  /** The moment for a retry that is due in this many milliseconds: never before it. */
  momentIn(inMs: number): number {
    const now = Date.now();
    this.prune(now);
    const grid = inMs >= LONG_WAIT_MS ? LONG_GRID_MS : this.near.size < BUSY_AT ? GRID_MS : BUSY_GRID_MS;
    return Math.ceil((now + Math.max(0, inMs)) / grid) * grid;
  }

  /** Adds the job of a moment. Never fails: without Redis there is none, and the sweeper finds what is overdue. */
  schedule(at: number): void {
    if (this.queue.client.status !== 'ready') return;
    const now = Date.now();
    const added = at - now >= LONG_WAIT_MS ? this.far : this.near;
    if (added.has(at)) return;
    added.add(at);
    // Dispatchers that schedule the same moment add the job once.
    const options = {
      jobId: `at-${at}`,
      delay: Math.max(0, at - now),
      removeOnComplete: true,
      removeOnFail: true,
    };
    this.queue.add({ at }, options).catch(() => added.delete(at));
  }

  private prune(now: number): void {
    if (now - this.prunedAt < GRID_MS) return;
    this.prunedAt = now;
    for (const at of this.near) if (at < now) this.near.delete(at);
    if (now - this.farPrunedAt < LONG_WAIT_MS) return;
    this.farPrunedAt = now;
    for (const at of this.far) if (at < now) this.far.delete(at);
  }
}

/** An id for a batch that is scheduled for a moment: a UUIDv7 of that moment. */
export function batchIdAt(at: number): string {
  return timePrefix(at) + uuidv7().slice(13);
}

/** The ids of all batches that are scheduled for a moment. */
export function batchIdsAt(at: number): { from: string; below: string } {
  const lowest = '-0000-0000-000000000000';
  return { from: timePrefix(at) + lowest, below: timePrefix(at + 1) + lowest };
}

function timePrefix(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
