const TRIES = 3;

/**
 * Runs it, and again if the machine stood still or was slow meanwhile; after three tries the last one has to do.
 *
 * @param bounds `{stalledMs, slowShare}`: from there on a run is spoilt
 * @param run a result with `stalledMs`, `slowShare` and `slowest`, as `Publisher.run` gives them
 */
export async function unspoilt(bounds, say, run) {
  for (let left = TRIES - 1; ; left--) {
    const result = await run();
    const { stalledMs, slowShare, slowest } = result;
    if (stalledMs < bounds.stalledMs && slowShare < bounds.slowShare) return result;
    say(
      `(the machine stood still for ${Math.round(stalledMs)} ms, and was up to ${slowest.toFixed(1)} times slower for ${(100 * slowShare).toFixed(1)} % of the time${left > 0 ? '; measuring again' : ''})`,
    );
    if (left === 0) return result;
  }
}
