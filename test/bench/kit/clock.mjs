/** Milliseconds of the machine's monotonic clock: the same in every process, and no jump of the wall clock touches it. */
export function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until `check` answers something truthy, and gives that back. */
export async function until(check, { withinMs = 30_000, everyMs = 50, what = 'what was waited for' } = {}) {
  const deadline = now() + withinMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (now() > deadline) throw new Error(`${what} did not happen within ${withinMs / 1000} s`);
    await sleep(everyMs);
  }
}
