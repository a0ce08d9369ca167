import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './clock.mjs';
import { freePort } from './servers.mjs';

/** One process of the service under test: it can be stopped, killed and started again on the same port. */
export class Service {
  process = null;

  /** @param options `name` of its log file, `entry` to run with Node, `env`, `directory` for the log, `nodeArgs` */
  constructor({ name, entry, env, directory, nodeArgs = [] }) {
    Object.assign(this, { name, entry, env, directory, nodeArgs });
    this.log = join(directory, `${name}.log`);
  }

  get pid() {
    return this.process?.pid;
  }

  get isRunning() {
    return this.process !== null && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Starts, and waits until it says that it is ready. */
  async start({ withinMs = 180_000 } = {}) {
    await this.launch();
    await this.ready(withinMs);
    return this;
  }

  /** Starts without waiting. */
  async launch() {
    this.port ??= await freePort();
    const log = openSync(this.log, 'a');
    this.process = spawn(process.execPath, [...this.nodeArgs, this.entry], {
      env: { ...process.env, ...this.env, PORT: `${this.port}` },
      cwd: this.directory,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  ready(withinMs = 180_000) {
    return until(
      () => {
        if (!this.isRunning)
          throw new Error(
            `${this.name} ended at its start with ${this.process.exitCode ?? this.process.signalCode}:\n${this.lastWords()}`,
          );
        return this.isReady();
      },
      { withinMs, what: `a start of ${this.name} (${this.log})` },
    );
  }

  async isReady() {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`, {
        signal: AbortSignal.timeout(3_000),
      });
      await answer.arrayBuffer();
      return answer.status === 200;
    } catch {
      return false;
    }
  }

  lastWords() {
    return readFileSync(this.log, 'utf8').split('\n').slice(-25).join('\n');
  }

  /** kill -9 */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** A graceful stop. @returns the exit code. */
  async stop(withinMs = 30_000) {
    return this.#end('SIGTERM', withinMs);
  }

  async #end(signal, withinMs = 10_000) {
    const { process: running } = this;
    if (!this.isRunning) return running?.exitCode ?? null;
    running.kill(signal);
    await until(() => running.exitCode !== null || running.signalCode !== null, {
      withinMs,
      what: `the end of ${this.name}`,
    });
    return running.exitCode;
  }
}
