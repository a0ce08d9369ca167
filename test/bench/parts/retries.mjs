/** How late retries come, seen by a receiver that fails every attempt: on an idle system, and at 60 % of the maximal rate. */
import { sleep } from '../kit/clock.mjs';
import { measure } from '../kit/measure.mjs';
import { spread } from '../kit/statistics.mjs';
import { openOurs } from '../kit/systems.mjs';

/** STANDARD: so long after the attempt before it ended, in ms. */
const WAITS_MS = [1_000, 2_000, 4_000];
const FAILING_WEBHOOKS = 8;
const FAILING_EVENTS_PER_SECOND = 20;
const SHARE_OF_MAXIMUM = 0.6;

export async function retries({ house, settings, say, maximum }) {
  const isFailing = (number) => number < FAILING_WEBHOOKS;
  const ours = await openOurs(house, {
    webhooks: settings.webhooks,
    behaviour: (number) => (isFailing(number) ? 'status-500' : 'ok'),
  });
  const failingAccounts = FAILING_WEBHOOKS / ours.webhooksPerAccount;
  const good = { ...ours, accounts: ours.accounts.slice(failingAccounts) };
  const failing = await house.anotherPublisher();
  try {
    await measure(good, { connections: 128, durationMs: settings.warmMs });
    const highest =
      maximum ??
      (await measure(good, { connections: 128, durationMs: settings.measureMs })).deliveriesPerSecond;
    const results = [];
    for (const share of [0, SHARE_OF_MAXIMUM]) {
      await house.receiver.collect();
      const durationMs = settings.quick ? 5_000 : 15_000;
      const load = { ports: ours.ports, connections: 256 };
      await Promise.all([
        failing.run({
          ...load,
          accounts: ours.accounts.slice(0, failingAccounts),
          rate: FAILING_EVENTS_PER_SECOND,
          durationMs,
        }),
        // It goes on until the last retry has come.
        share > 0 &&
          house.publisher.run({
            ...load,
            accounts: good.accounts,
            rate: (highest * share) / ours.webhooksPerAccount,
            durationMs: durationMs + 8_000,
          }),
      ]);
      await sleep(share > 0 ? 1_000 : 9_000);
      const arrivals = (await house.receiver.collect()).filter(({ webhook }) => isFailing(webhook));
      const late = lateness(arrivals);
      results.push({ share, offered: highest * share, ...spread(late), missing: missingAttempts(arrivals) });
      say(
        `retries at ${share * 100} % load: p50 ${results.at(-1).p50.toFixed(0)} ms late, p99 ${results.at(-1).p99.toFixed(0)} ms`,
      );
    }
    return results;
  } finally {
    failing.stop();
    await ours.close();
  }
}

/** Between the arrivals of two attempts lies the wait and the little that the answer took, which counts as lateness too. */
function lateness(arrivals) {
  const before = new Map();
  const late = [];
  for (const { deliveryId, attempt, at } of arrivals) {
    const last = before.get(deliveryId);
    if (last?.attempt === attempt - 1) late.push(at - last.at - WAITS_MS[attempt - 2]);
    before.set(deliveryId, { attempt, at });
  }
  return late;
}

function missingAttempts(arrivals) {
  const deliveries = new Set(arrivals.map(({ deliveryId }) => deliveryId)).size;
  return deliveries * (WAITS_MS.length + 1) - arrivals.length;
}
