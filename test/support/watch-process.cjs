/**
 * Loaded into a service by `--require`: measures, from within, what requests cost it. Each connection to WATCH_PORT is
 * answered by the figures since the last one, as JSON.
 */
const { readFileSync } = require('node:fs');
const { IncomingMessage } = require('node:http');
const net = require('node:net');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const zlib = require('node:zlib');

const port = Number(process.env.WATCH_PORT);
const TICK_MS = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

let figures;
const start = () => {
  figures = { deliveredTo: {}, inflaters: 0, worstTurnMs: 0, peakRssBytes: 0, peakExternalBytes: 0 };
};
start();

// What the program receives of a body; what Node discards is not emitted.
const emit = IncomingMessage.prototype.emit;
IncomingMessage.prototype.emit = function (event, ...args) {
  if (event === 'data' && this.method && this.listenerCount('data') > 0) {
    this.deliveredBytes = (this.deliveredBytes ?? 0) + args[0].length;
    const route = `${this.method} ${this.url}`;
    figures.deliveredTo[route] = Math.max(figures.deliveredTo[route] ?? 0, this.deliveredBytes);
  }
  return emit.call(this, event, ...args);
};

for (const name of ['createGunzip', 'createInflate', 'createUnzip', 'createBrotliDecompress']) {
  const create = zlib[name];
  zlib[name] = (...args) => {
    figures.inflaters++;
    return create(...args);
  };
}

/** Milliseconds that the main thread has spent on a processor: unlike a clock, it does not see how busy the machine is. */
function mainThreadMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
}

let last = mainThreadMs();
setInterval(() => {
  const now = mainThreadMs();
  figures.worstTurnMs = Math.max(figures.worstTurnMs, now - last);
  const { rss, external } = process.memoryUsage();
  figures.peakRssBytes = Math.max(figures.peakRssBytes, rss);
  figures.peakExternalBytes = Math.max(figures.peakExternalBytes, external);
  last = now;
}, TICK_MS).unref();

if (port) {
  net
    .createServer((socket) => {
      socket.on('error', () => undefined);
      const measured = figures;
      collectGarbage();
      socket.end(JSON.stringify({ ...measured, liveHeapBytes: process.memoryUsage().heapUsed }));
      last = mainThreadMs();
      start();
    })
    .listen(port, '127.0.0.1')
    .unref();
}
