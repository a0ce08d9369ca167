import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats a check until it holds, and returns what it gave.
 * @throws the check's own last error when the time is over, or when `unless` tells that waiting is in vain.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  {
    withinMs = 5_000,
    everyMs = 20,
    unless = () => false,
  }: { withinMs?: number; everyMs?: number; unless?: () => boolean } = {},
): Promise<T> {
  for (const until = Date.now() + withinMs; ; await sleep(everyMs)) {
    const isLast = unless() || Date.now() > until;
    try {
      return await check();
    } catch (error) {
      if (isLast) throw error;
    }
  }
}
