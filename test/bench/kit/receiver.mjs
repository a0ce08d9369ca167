import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { readArrivals } from './records.mjs';

/** All receivers of a test, in a process of their own (`receiver-process.mjs`). */
export class Receiver {
  static async start(directory) {
    const receiver = new Receiver();
    receiver.child = await Child.start('./receiver-process.mjs');
    receiver.port = receiver.child.ready;
    receiver.file = join(directory, `arrivals-${receiver.port}.bin`);
    return receiver;
  }

  get pid() {
    return this.child.pid;
  }

  /**
   * The URL of one webhook's receiver.
   * @param number which webhook; told again with each arrival
   * @param behaviour `ok`, `flaky` (fails the first attempt), `hang`, `faint`, `slow-<ms>`, `status-<code>`, `drip`, `endless`, `malformed`, `close-after-headers`, `reset`, `refuse`
   * @param host which of the hosts (each an origin of its own), from 0
   */
  url(number, behaviour = 'ok', host = 0) {
    // Nobody listens on port 1, so the connection is refused.
    const port = behaviour === 'refuse' ? 1 : this.port;
    return `http://127.${1 + (host >> 14)}.${(host >> 7) & 0x7f}.${1 + (host & 0x7f)}:${port}/${behaviour}/${number}`;
  }

  count() {
    return this.child.ask('count');
  }

  connections() {
    return this.child.ask('connections');
  }

  /** Whether every `faint` receiver hangs from now on. */
  faint(isNow) {
    return this.child.ask('faint', { now: isNow });
  }

  /** From now on every `ok` receiver answers with this status; 0 makes them well again. */
  sick(status) {
    return this.child.ask('sick', { status });
  }

  /** What has arrived since the last time. @returns {Promise<{eventId: string, deliveryId: string, at: number, webhook: number, attempt: number}[]>} */
  async collect() {
    await this.child.ask('collect', { file: this.file });
    const arrivals = [...readArrivals(readFileSync(this.file))];
    rmSync(this.file);
    return arrivals;
  }

  stop() {
    this.child.stop();
  }
}
