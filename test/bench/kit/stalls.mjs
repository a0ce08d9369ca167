import { now } from './clock.mjs';

const EVERY_MS = 20;

/**
 * Notices when the whole machine stands still, as virtual machines do when their host is busy: this process, which has
 * nothing to do, then misses its timer as well. What was measured meanwhile says nothing about the service.
 */
export class StallWatch {
  longestMs = 0;

  start() {
    this.longestMs = 0;
    let last = now();
    this.timer = setInterval(() => {
      const at = now();
      this.longestMs = Math.max(this.longestMs, at - last - EVERY_MS);
      last = at;
    }, EVERY_MS);
    return this;
  }

  /** @returns the longest time that nothing moved, in ms. */
  stop() {
    clearInterval(this.timer);
    return this.longestMs;
  }
}
