import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A helper process of the harness that is spoken to by messages: receiver and publisher. */
export class Child {
  #next = 1;
  #waiting = new Map();

  /** @param script path beside this file; @param args for the script */
  static async start(script, args = []) {
    const child = new Child();
    child.process = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      serialization: 'advanced',
    });
    child.ready = await new Promise((resolve, reject) => {
      child.process.on('exit', (code) => {
        const error = new Error(`${script} ended with ${code}`);
        reject(error);
        for (const waiting of child.#waiting.values()) waiting.reject(error);
      });
      child.process.on('message', (message) => {
        if ('ready' in message) return resolve(message.ready);
        const waiting = child.#waiting.get(message.id);
        child.#waiting.delete(message.id);
        if (message.error) waiting.reject(new Error(message.error));
        else waiting.resolve(message.result);
      });
    });
    return child;
  }

  get pid() {
    return this.process.pid;
  }

  ask(command, values = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.process.send({ id, command, ...values });
    });
  }

  stop() {
    this.process.removeAllListeners('exit');
    this.process.kill('SIGKILL');
  }
}
