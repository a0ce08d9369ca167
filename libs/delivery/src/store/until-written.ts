import type { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDependencyAway } from '@app/platform';

/** The wait before a write is tried again doubles from the first to the longest, in milliseconds. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** A write that PostgreSQL has ended by its time limit this often may never fit into it. */
const MAX_TIMEOUTS = 5;

/**
 * Tries a write again while PostgreSQL is away, or has called it off; with growing waits, so that what is overloaded
 * can recover. Rejects with any other error, and when the write has been too slow several times.
 * @param wait injected by tests.
 */
export async function untilWritten<T>(
  write: () => Promise<T>,
  logger: Logger,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  let timeouts = 0;
  for (let tries = 0; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isDependencyAway(error) && !isConflict(error)) throw error;
      if (isTooSlow(error) && ++timeouts >= MAX_TIMEOUTS) throw error;
      if (tries === 0) logger.warn({ err: error, msg: 'A write failed and is tried again until it works' });
      await wait(retryWaitMs(tries, Math.random()));
    }
  }
}

/** @param random in [0, 1): processes that failed together must not come back together. */
export function retryWaitMs(tries: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 16));
  return Math.round(longest * (0.5 + random / 2));
}

/** PostgreSQL has ended the statement by `statement_timeout`. */
function isTooSlow(error: unknown): boolean {
  return codeOf(error) === '57014';
}

/** PostgreSQL has called it off for the sake of another transaction (a deadlock, say): nothing is wrong with it. */
function isConflict(error: unknown): boolean {
  return codeOf(error).startsWith('40');
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code);
}
