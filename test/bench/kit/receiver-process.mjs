/**
 * The receivers of a benchmark or fault test, all of them in one process: a bare TCP server that knows just enough of
 * HTTP/1.1. It shares the machine with what is measured, so it does as little as it can: one look at a request's
 * headers, one constant answer, one line of fixed width in memory for each request.
 *
 * A webhook's URL says how its receiver behaves: http://127.x.y.z:<port>/<behaviour>[-<number>]/<number of the webhook>.
 * Every loopback address is a host (an origin) of its own.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { now } from './clock.mjs';
import { ARRIVAL_BYTES, writeArrival } from './records.mjs';

const OK = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
const START = /^POST \/([a-z-]+?)(?:-(\d+))?\/(\d+) /;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const EVENT = /\r\nwebhook-id: *(\S+)/i;
const DELIVERY = /\r\nx-webhook-delivery: *(\S+)/i;
const ATTEMPT = /\r\nx-webhook-attempt: *(\d+)/i;

const BLOCK = 8_192;
let blocks = [];
let count = 0;
/** `sick` turns every "ok" receiver into one that answers with this status. */
let sickStatus = 0;
/** `faint` turns every "faint" receiver into one that hangs; until then it answers. */
let fainted = false;
const sockets = new Set();

const answers = {
  ok(socket) {
    if (sickStatus) answers.status(socket, sickStatus);
    else socket.write(OK);
  },
  /** Fails the first attempt of a delivery, and takes the others. */
  flaky(socket, _number, _webhook, attempt) {
    if (attempt === 1) answers.status(socket, 500);
    else answers.ok(socket);
  },
  /** Never answers. */
  hang: () => undefined,
  /** Answers until it is told to faint, and never again. */
  faint: (socket) => fainted || socket.write(OK),
  /** Answers after so many milliseconds. */
  slow: (socket, ms) => setTimeout(() => socket.writable && socket.write(OK), ms),
  status: (socket, code) => socket.write(`HTTP/1.1 ${code} Some status\r\ncontent-length: 2\r\n\r\nno`),
  /** A byte a second, for as long as one listens. */
  drip(socket) {
    const text = 'HTTP/1.1 200 OK\r\nx-filler: ' + 'a'.repeat(4_096);
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || at >= text.length) clearInterval(timer);
      else socket.write(text[at++]);
    }, 1_000);
  },
  /** A good status and then a body without an end, as fast as it is taken. */
  endless(socket) {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
    const pour = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour);
    pour();
  },
  malformed: (socket) => socket.end('THIS IS NOT HTTP\r\n\r\n\r\n'),
  'close-after-headers': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'),
  reset: (socket) => socket.resetAndDestroy(),
};

function onConnection(socket) {
  let rest = null;
  socket.setNoDelay(true);
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
  socket.on('data', (chunk) => {
    let data = rest === null ? chunk : Buffer.concat([rest, chunk]);
    rest = null;
    while (data.length > 0) {
      const used = takeRequest(socket, data);
      if (used === 0) {
        rest = data;
        return;
      }
      data = data.subarray(used);
    }
  });
}

/** @returns how many bytes the first request in `data` has; 0 if it isn't whole yet. */
function takeRequest(socket, data) {
  const end = data.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const head = data.latin1Slice(0, end);
  const length = LENGTH.exec(head);
  const total = end + 4 + (length ? Number(length[1]) : 0);
  if (data.length < total) return 0;
  const start = START.exec(head);
  if (!start) {
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    return total;
  }
  const [, behaviour, number, webhook] = start;
  const attempt = Number(ATTEMPT.exec(head)?.[1] ?? 0);
  record(EVENT.exec(head)?.[1] ?? '', DELIVERY.exec(head)?.[1] ?? '', Number(webhook), attempt);
  answers[behaviour](socket, Number(number), Number(webhook), attempt);
  return total;
}

function record(eventId, deliveryId, webhook, attempt) {
  const at = count % BLOCK;
  if (at === 0) blocks.push(Buffer.alloc(BLOCK * ARRIVAL_BYTES));
  writeArrival(blocks[blocks.length - 1], at * ARRIVAL_BYTES, {
    eventId,
    deliveryId,
    webhook,
    attempt,
    at: now(),
  });
  count += 1;
}

const server = createServer(onConnection);

const commands = {
  count: () => count,
  connections: () => sockets.size,
  /** Writes what has arrived since the last time to a file, and forgets it. */
  collect({ file }) {
    writeFileSync(file, Buffer.concat(blocks).subarray(0, count * ARRIVAL_BYTES));
    blocks = [];
    count = 0;
  },
  sick({ status }) {
    sickStatus = status;
  },
  faint({ now: isNow }) {
    fainted = isNow;
  },
};

process.on('message', ({ id, command, ...values }) =>
  process.send({ id, result: commands[command](values) }),
);
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '0.0.0.0', backlog: 4_096 }, () =>
  process.send({ ready: server.address().port }),
);
