/**
 * Preloaded into a process (`node --require`): its wall clock is shifted by as many milliseconds as the file named by
 * SHIFT_FILE says, read anew every 100 ms. That is what a process sees when somebody sets its machine's clock: Date
 * jumps, the monotonic clock, timers and the clocks of PostgreSQL and Redis (other machines) do not.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
const file = process.env.SHIFT_FILE;
let shift = 0;

function read() {
  try {
    shift = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    shift = 0;
  }
}
read();
setInterval(read, 100).unref();

const now = () => RealDate.now() + shift;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, self) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
