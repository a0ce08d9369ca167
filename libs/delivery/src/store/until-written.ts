import type { Logger } from '@nestjs/common';
import { isDependencyAway } from '@app/platform';

const TRY_AGAIN_MS = 250;

/** Tries a write again while PostgreSQL is away, or has called it off. Rejects with any other error. */
export async function untilWritten<T>(write: () => Promise<T>, logger: Logger): Promise<T> {
  for (let tries = 0; ;) {
    try {
      return await write();
    } catch (error) {
      if (!isDependencyAway(error) && !isConflict(error)) throw error;
      if (tries++ === 0) logger.warn({ err: error, msg: 'A write failed and is tried again until it works' });
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** PostgreSQL has called it off for the sake of another transaction (a deadlock, say): nothing is wrong with it. */
function isConflict(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('40');
}
