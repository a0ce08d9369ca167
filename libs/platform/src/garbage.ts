import { setFlagsFromString } from 'node:v8';

/**
 * Under load V8 learns that some objects live long, and allocates their kind among the old ones from then on
 * (allocation site pretenuring). Here it learns wrongly: they live as long as a commit takes. Dead among the old ones
 * they are found by a whole collection only, and until then keep what they refer to: events with their payloads
 * (docs/decisions/0007).
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
