import type { Logger } from '@nestjs/common';
import { isDependencyAway } from '@app/platform';

const TRY_AGAIN_MS = 250;

/** Tries a write again while PostgreSQL is away. Rejects with any other error. */
export async function untilWritten<T>(write: () => Promise<T>, logger: Logger): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isDependencyAway(error)) throw error;
      logger.debug('PostgreSQL is away; trying again');
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}
