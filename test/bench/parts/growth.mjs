/** Does the rate hold with more webhooks, and with a full database? */
import { median } from '../kit/statistics.mjs';
import { measure } from '../kit/measure.mjs';
import { preload } from '../kit/preload.mjs';
import { openOurs } from '../kit/systems.mjs';

const WEBHOOKS = [10, 1_000, 10_000];
/** Hosts are fewer than webhooks: many customers' webhooks lead to the same no-code tools. */
const MAX_HOSTS = 1_000;

export async function webhooksGrow({ house, settings, say }) {
  const rows = [];
  for (const webhooks of WEBHOOKS) {
    const ours = await openOurs(house, { webhooks, hosts: Math.min(webhooks, MAX_HOSTS) });
    rows.push({ webhooks, ...(await ratesOf(ours, settings)) });
    await ours.close();
    say(`${webhooks} webhooks: ${Math.round(rows.at(-1).deliveriesPerSecond)}/s`);
  }
  return rows;
}

export async function tablesGrow({ house, settings, say }) {
  const rows = [];
  for (const stored of [0, settings.stored]) {
    if (stored > 0) {
      say(`storing ${stored.toLocaleString('en')} deliveries …`);
      await preload(house, stored);
    }
    const ours = await openOurs(house, { webhooks: settings.webhooks, keepRows: stored > 0 });
    rows.push({ stored, ...(await ratesOf(ours, settings)) });
    await ours.close();
    say(`${stored.toLocaleString('en')} deliveries stored: ${Math.round(rows.at(-1).deliveriesPerSecond)}/s`);
  }
  return rows;
}

async function ratesOf(ours, { rounds, warmMs, measureMs }) {
  await measure(ours, { connections: 128, durationMs: warmMs });
  const runs = [];
  for (let round = 0; round < rounds; round++)
    runs.push(await measure(ours, { connections: 128, durationMs: measureMs }));
  return {
    deliveriesPerSecond: median(runs.map((run) => run.deliveriesPerSecond)),
    cpuMsPerDelivery: median(runs.map((run) => run.cpuMsPerDelivery)),
    runs: runs.map((run) => run.deliveriesPerSecond),
  };
}
