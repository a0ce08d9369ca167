import { createHash } from 'node:crypto';
import { median } from './statistics.mjs';

const EVERY_MS = 100;
/** Single pieces are disturbed by this process's own garbage collection, say; the median of half a second is not. */
const TOGETHER = 5;
const WORK = Buffer.alloc(256 * 1024, 'x');
/** A piece of work that takes so many times what it takes otherwise shows that the machine is slow. */
const SLOW = 1.8;

/**
 * Notices when the machine is slower than it otherwise is, as virtual machines are when their host has given the
 * processor to somebody else: the same piece of work then takes longer, in processor time. A machine that is busy with
 * our own processes doesn't change that.
 */
export class PaceWatch {
  start() {
    this.took = [];
    this.timer = setInterval(() => this.took.push(workOnce()), EVERY_MS);
    return this;
  }

  /** @returns for how much of the time it was slow (0 to 1), and how many times slower at the worst. */
  stop() {
    clearInterval(this.timer);
    if (this.took.length === 0) return { slowShare: 0, slowest: 1 };
    const halfSeconds = [];
    for (let i = 0; i < this.took.length; i += TOGETHER)
      halfSeconds.push(median(this.took.slice(i, i + TOGETHER)));
    const usual = median(halfSeconds);
    return {
      slowShare: halfSeconds.filter((took) => took > SLOW * usual).length / halfSeconds.length,
      slowest: Math.max(...halfSeconds) / usual,
    };
  }
}

/** @returns microseconds of processor time. */
function workOnce() {
  const before = process.cpuUsage();
  createHash('sha256').update(WORK).digest();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
