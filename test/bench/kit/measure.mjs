import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sleep, now } from './clock.mjs';
import { unspoilt } from './unspoilt.mjs';
import { StallWatch } from './stalls.mjs';
import { spread } from './statistics.mjs';
import { cpuMs } from './usage.mjs';

/** Nothing arriving for so long, while something should, means that it won't. */
const STALLED_AFTER_MS = 30_000;

/** What a machine may do without spoiling a measurement: stand still for so long, be slow for half a second of eight. */
const BOUNDS = { stalledMs: 400, slowShare: 0.05 };

/** Measures, and again if the machine has spoilt it. */
export function measure(system, load) {
  return unspoilt(BOUNDS, console.log, () => measureOnce(system, load));
}

/**
 * Publishes, waits until everything has arrived and is recorded, and tells what that took.
 *
 * @param system what is measured: `{receiver, publisher, ports, accounts, webhooksPerAccount, pids: () => number[],
 *   recorded: (expected, since: Date) => Promise<boolean>}`
 * @param load as `Publisher.run` takes it
 */
async function measureOnce(system, load) {
  const { receiver, publisher } = system;
  await receiver.collect();
  await quietDisk();
  const since = new Date();
  const pids = system.pids();
  const cpuBefore = cpuMs(pids);
  const harnessBefore = cpuMs([receiver.pid, publisher.pid]);
  const run = await publisher.run({ ports: system.ports, accounts: system.accounts, ...load });
  const accepted = run.publishes.filter(({ status }) => status === 202);
  const expected = accepted.length * system.webhooksPerAccount;
  const watch = new StallWatch().start();
  const missing = await drain(receiver, expected);
  const unrecorded = await waitForRecords(system, expected, since);
  const stalledMs = Math.max(run.stalledMs, watch.stop());
  const cpuOfAll = cpuMs(pids) - cpuBefore;
  const cpuOfHarness = cpuMs([receiver.pid, publisher.pid]) - harnessBefore;
  const arrivals = await receiver.collect();
  return {
    ...rates(run, accepted, arrivals),
    ...latencies(accepted, arrivals),
    events: accepted.length,
    refused: run.publishes.length - accepted.length,
    deliveries: arrivals.length,
    missing,
    duplicates:
      arrivals.length - new Set(arrivals.map(({ deliveryId, attempt }) => `${deliveryId} ${attempt}`)).size,
    unrecorded,
    stalledMs,
    slowShare: run.slowShare,
    slowest: run.slowest,
    cpuMsPerDelivery: cpuOfAll / arrivals.length,
    harnessCpuMsPerDelivery: cpuOfHarness / arrivals.length,
  };
}

/**
 * Has written what lies in the system's cache: 30 s after it was dirtied it would be written at once, and whatever is
 * measured then would pay for what was measured before.
 */
async function quietDisk() {
  await promisify(execFile)('sync');
}

/** @returns how many of the expected arrivals never came. */
async function drain(receiver, expected) {
  let last = -1;
  let lastProgress = now();
  for (;;) {
    const count = await receiver.count();
    if (count >= expected) return 0;
    if (count > last) {
      last = count;
      lastProgress = now();
    } else if (now() - lastProgress > STALLED_AFTER_MS) return expected - count;
    await sleep(50);
  }
}

async function waitForRecords(system, expected, since) {
  const deadline = now() + STALLED_AFTER_MS;
  while (!(await system.recorded(expected, since))) {
    if (now() > deadline) return true;
    await sleep(100);
  }
  return false;
}

function rates(run, accepted, arrivals) {
  const seconds = (arrivals.reduce((last, { at }) => Math.max(last, at), 0) - run.startedAt) / 1000;
  return {
    deliveriesPerSecond: arrivals.length / seconds,
    eventsPerSecond: accepted.length / ((run.endedAt - run.startedAt) / 1000),
    seconds,
  };
}

/**
 * Three spreads, in ms: `accept`, from when an event was due to be published to its 202; `arrival`, from when it was
 * due to each first attempt's arrival, which is the whole way; `afterAccept`, from the 202 to that arrival (below zero
 * where the delivery was faster than the answer).
 */
export function latencies(accepted, arrivals) {
  const byEvent = new Map(accepted.map((publish) => [publish.eventId, publish]));
  const arrival = [];
  const afterAccept = [];
  for (const { eventId, at, attempt } of arrivals) {
    const publish = byEvent.get(eventId);
    if (!publish || attempt > 1) continue;
    arrival.push(at - publish.dueAt);
    afterAccept.push(at - publish.answeredAt);
  }
  const accept = accepted.map(({ dueAt, answeredAt }) => answeredAt - dueAt);
  return {
    ...flat('accept', spread(accept)),
    ...flat('arrival', spread(arrival)),
    ...flat('afterAccept', spread(afterAccept)),
  };
}

const flat = (name, { p50, p95, p99, max }) => ({
  [`${name}P50`]: p50,
  [`${name}P95`]: p95,
  [`${name}P99`]: p99,
  [`${name}Max`]: max,
});
