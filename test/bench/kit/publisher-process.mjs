/**
 * The load: publishes events one by one over keep-alive connections, each with one request at a time, either as fast
 * as they are answered (closed loop) or at a rate of its own (open loop). In an open loop an event's clock starts
 * when it was due, whether or not a connection was free, so a slow answer makes the following ones look slow as well.
 *
 * Like the receiver it shares the machine with what is measured: requests are made ready ahead, and only the
 * event's number is written into them.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { now } from './clock.mjs';
import { callRecord } from './call-record.mjs';
import { PUBLISH_BYTES, writePublish } from './records.mjs';

const NUMBER_DIGITS = 12;
const NUMBER_SLOT = '#'.repeat(NUMBER_DIGITS);
const TEMPLATES = 8;
const PAUSE_AFTER_REFUSAL_MS = 20;
const FIRST_RETRY_AFTER_MS = 250;
const LAST_RETRY_AFTER_MS = 4_000;
const BLOCK = 8_192;

let load = null;

/** A few requests, with the places where an event's number and its account go. */
function makeTemplates({ accounts, path, token, run, bytes }) {
  if (accounts.some(({ length }) => length !== accounts[0].length))
    throw new Error('Account ids must be of one length');
  return Array.from({ length: TEMPLATES }, (_, variant) => {
    const body = JSON.stringify({
      accountId: accounts[0],
      type: 'CALL_COMPLETED',
      idempotencyKey: `${run}-${NUMBER_SLOT}`,
      data: callRecord({ id: `call_${run}_${NUMBER_SLOT}`, variant, bytes }),
    });
    const head =
      `POST ${path} HTTP/1.1\r\nhost: publisher.test\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const request = Buffer.from(head + body);
    return {
      request,
      numberSlots: placesOf(request, NUMBER_SLOT),
      accountSlots: placesOf(request, accounts[0]),
    };
  });
}

function placesOf(request, text) {
  const places = [];
  for (let at = request.indexOf(text); at >= 0; at = request.indexOf(text, at + 1)) places.push(at);
  return places;
}

class Load {
  idle = [];
  waiting = [];
  blocks = [];
  written = 0;
  statuses = {};
  next = 0;
  retrying = 0;
  stopped = false;
  givenUp = false;

  /** @param options see `Publisher.run` */
  constructor(options) {
    this.options = options;
    this.templates = makeTemplates(options);
    this.startedAt = now();
    this.finished = new Promise((resolve) => (this.finish = resolve));
    const { connections, ports, rate } = options;
    for (let i = 0; i < connections; i++) this.idle.push(new Connection(this, ports[i % ports.length]));
    if (rate) this.timer = setInterval(() => this.tick(), 1);
    this.pump();
  }

  get isOver() {
    const { durationMs, count } = this.options;
    return (
      this.stopped || (count && this.next >= count) || (durationMs && now() - this.startedAt >= durationMs)
    );
  }

  newEvent(dueAt) {
    const sequence = this.next++;
    const account = sequence % this.options.accounts.length;
    return { sequence, account, dueAt, sentAt: 0, answeredAt: 0, eventId: '', status: 0, tries: 0 };
  }

  /** Open loop: what has become due since the last tick. The first is due one interval after the start. */
  tick() {
    const { rate, durationMs, count } = this.options;
    const elapsedMs = Math.min(now() - this.startedAt, durationMs || Infinity);
    const due = Math.min(Math.floor((elapsedMs * rate) / 1000), count || Infinity);
    while (!this.stopped && this.next < due)
      this.waiting.push(this.newEvent(this.startedAt + ((this.next + 1) * 1000) / rate));
    this.pump();
  }

  /** Gives free connections something to do. */
  pump() {
    while (this.idle.length > 0) {
      if (this.waiting.length > 0) this.idle.pop().send(this.waiting.shift());
      else if (!this.options.rate && !this.isOver) this.idle.pop().send(this.newEvent(now()));
      else break;
    }
    if (this.isOver) this.endIfDone();
  }

  /** An event has its answer, or its connection broke. */
  settled(connection, event) {
    this.statuses[event.status] = (this.statuses[event.status] ?? 0) + 1;
    // A refusal is written down as well: how quickly it came is part of the result.
    this.write(event);
    const isFinal = event.status === 202 || (event.status >= 400 && event.status < 500);
    if (this.options.retry && !isFinal && !this.givenUp) this.tryAgainLater(event);
    const release = () => {
      this.idle.push(connection);
      this.pump();
    };
    if (event.status === 202 || this.options.rate) release();
    else setTimeout(release, PAUSE_AFTER_REFUSAL_MS);
  }

  tryAgainLater(event) {
    this.retrying += 1;
    setTimeout(
      () => {
        this.retrying -= 1;
        if (!this.givenUp) this.waiting.push({ ...event });
        this.pump();
      },
      Math.min(FIRST_RETRY_AFTER_MS * 2 ** (event.tries - 1), LAST_RETRY_AFTER_MS),
    );
  }

  endIfDone() {
    if (this.idle.length < this.options.connections || this.waiting.length > 0 || this.retrying > 0) return;
    clearInterval(this.timer);
    this.endedAt ??= now();
    for (const connection of this.idle) connection.close();
    this.finish();
  }

  write(event) {
    const at = this.written % BLOCK;
    if (at === 0) this.blocks.push(Buffer.alloc(BLOCK * PUBLISH_BYTES));
    writePublish(this.blocks[this.blocks.length - 1], at * PUBLISH_BYTES, event);
    this.written += 1;
  }

  result() {
    writeFileSync(this.options.file, Buffer.concat(this.blocks).subarray(0, this.written * PUBLISH_BYTES));
    return { startedAt: this.startedAt, endedAt: this.endedAt, statuses: this.statuses };
  }
}

/** One keep-alive connection, opened at its first request and again after it broke. */
class Connection {
  socket = null;
  event = null;
  rest = null;
  scratch = Buffer.alloc(0);

  constructor(load, port) {
    this.load = load;
    this.port = port;
  }

  send(event) {
    this.event = event;
    event.tries += 1;
    const { request, numberSlots, accountSlots } = this.load.templates[event.sequence % TEMPLATES];
    if (this.scratch.length < request.length) this.scratch = Buffer.alloc(request.length);
    request.copy(this.scratch);
    const number = String(event.sequence).padStart(NUMBER_DIGITS, '0');
    for (const slot of numberSlots) this.scratch.latin1Write(number, slot);
    for (const slot of accountSlots)
      this.scratch.latin1Write(this.load.options.accounts[event.account], slot);
    if (this.socket === null) this.open();
    event.sentAt = now();
    this.socket.write(this.scratch.subarray(0, request.length));
  }

  open() {
    this.rest = null;
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.event) this.answered(0, '');
    });
    if (this.load.options.answerWithinMs) {
      socket.setTimeout(this.load.options.answerWithinMs, () => this.event && socket.destroy());
    }
  }

  read(chunk) {
    const data = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    const text = data.latin1Slice();
    const end = text.indexOf('\r\n\r\n');
    const length = end < 0 ? null : /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end));
    if (!length || data.length < end + 4 + Number(length[1])) {
      this.rest = data;
      return;
    }
    this.rest = null;
    const status = Number(text.slice(9, 12));
    if (/\r\nconnection: *close/i.test(text.slice(0, end))) this.close();
    this.answered(status, status === 202 ? (/"id":"([^"]+)"/.exec(text)?.[1] ?? '') : '');
  }

  answered(status, eventId) {
    const { event } = this;
    if (event === null) return;
    this.event = null;
    event.status = status;
    event.eventId = eventId;
    event.answeredAt = now();
    this.load.settled(this, event);
  }

  close() {
    const { socket } = this;
    this.socket = null;
    socket?.destroy();
  }
}

const commands = {
  async run(options) {
    load = new Load(options);
    await load.finished;
    return load.result();
  },
  /** Publishes nothing new; the run ends when what is under way has its answer. */
  stop() {
    load.stopped = true;
    load.pump();
  },
  /** Ends also what is being tried again and again. */
  giveUp() {
    load.stopped = true;
    load.givenUp = true;
    load.waiting = [];
    load.pump();
  },
  progress: () => ({ published: load?.next ?? 0, statuses: load?.statuses ?? {} }),
};

process.on('message', async ({ id, command, ...values }) => {
  try {
    process.send({ id, result: await commands[command](values) });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
