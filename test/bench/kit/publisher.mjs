import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { readPublishes } from './records.mjs';
import { PaceWatch } from './pace.mjs';
import { StallWatch } from './stalls.mjs';

let runs = 0;

/** The load generator, in a process of its own (`publisher-process.mjs`). */
export class Publisher {
  /** @param options `directory` for its files, `token`, `path` of the publishing route */
  static async start({ directory, token, path = '/internal/v1/events' }) {
    const publisher = new Publisher();
    publisher.child = await Child.start('./publisher-process.mjs');
    publisher.directory = directory;
    publisher.fixed = { token, path };
    return publisher;
  }

  get pid() {
    return this.child.pid;
  }

  /**
   * Publishes until `durationMs` are over, or `count` events are made, or `stop` is called.
   * @param options
   *   `ports`: of the processes to publish to, in turns;
   *   `accounts`: ids, in turns;
   *   `connections`: so many requests at a time (default 64);
   *   `rate`: events a second whatever the answers (open loop); without it as fast as they are answered (closed loop);
   *   `bytes`: size of a call record (default 5,000);
   *   `retry`: send an event again, with its idempotency key, until it is answered with 202 (or 4xx);
   *   `answerWithinMs`: drop a connection that doesn't answer in this time.
   * @returns `{startedAt, endedAt, statuses, publishes, stalledMs, slowShare, slowest}`; times on the machine's monotonic clock, in ms.
   */
  async run(options) {
    const run = `${process.pid.toString(36)}${Date.now().toString(36)}${(runs++).toString(36)}`;
    const file = join(this.directory, `publishes-${run}.bin`);
    const watch = new StallWatch().start();
    const pace = new PaceWatch().start();
    const result = await this.child.ask('run', {
      ...this.fixed,
      connections: 64,
      bytes: 5_000,
      ...options,
      run,
      file,
    });
    const stalledMs = watch.stop();
    const { slowShare, slowest } = pace.stop();
    const publishes = [...readPublishes(readFileSync(file))];
    rmSync(file);
    return { ...result, publishes, stalledMs, slowShare, slowest };
  }

  progress() {
    return this.child.ask('progress');
  }

  halt() {
    return this.child.ask('stop');
  }

  giveUp() {
    return this.child.ask('giveUp');
  }

  stop() {
    this.child.stop();
  }
}
