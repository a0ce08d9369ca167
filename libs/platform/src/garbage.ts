import { setFlagsFromString } from 'node:v8';

/**
 * Whole collections compete with the work for the CPU, and what arrives meanwhile waits for 50 ms: they should be rare.
 *
 * - Under load V8 learns that some objects live long, and allocates their kind among the old ones from then on
 *   (allocation site pretenuring). Here it learns wrongly: they live as long as a commit takes. Dead among the old ones
 *   they are found by a whole collection only, and until then keep what they refer to: events with their payloads.
 * - V8 collects when the old ones have grown by a tenth. They may grow to three times their size before it does, within
 *   the heap's limit.
 *
 * Measured in docs/decisions/0007.
 */
export function makeWholeCollectionsRare(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--heap-growing-percent=200');
}
