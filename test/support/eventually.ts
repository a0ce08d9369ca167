import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats a check until it holds, and returns what it gave.
 * @throws the check's own last error when the time is over.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 5_000, everyMs = 20 } = {},
): Promise<T> {
  for (const until = Date.now() + withinMs; ; await sleep(everyMs)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
