/** Latency and throughput as the offered load grows, in an open loop with one dispatcher. */
import { measure } from '../kit/measure.mjs';
import { medianOf } from '../kit/statistics.mjs';
import { openOurs } from '../kit/systems.mjs';

const SHARES = [0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 1, 1.1];

export async function sweep({ house, settings, say }) {
  const ours = await openOurs(house, { webhooks: settings.webhooks });
  try {
    await measure(ours, { connections: 128, durationMs: settings.warmMs });
    const { deliveriesPerSecond: maximum } = await medianRun(ours, settings.rounds, {
      connections: 128,
      durationMs: settings.measureMs,
    });
    const points = [];
    for (const share of settings.quick ? [0.1, 0.5, 0.9] : SHARES) {
      const offered = maximum * share;
      const point = await medianRun(ours, settings.rounds, {
        rate: offered / ours.webhooksPerAccount,
        connections: 256,
        durationMs: settings.sweepMs,
      });
      points.push({ share, offered, ...point });
      say(
        `at ${Math.round(share * 100)} % (${Math.round(offered)}/s): arrival p50 ${point.arrivalP50.toFixed(1)} ms, p99 ${point.arrivalP99.toFixed(1)} ms`,
      );
    }
    return { maximum, points };
  } finally {
    await ours.close();
  }
}

async function medianRun(ours, rounds, load) {
  const runs = [];
  for (let round = 0; round < rounds; round++) runs.push(await measure(ours, load));
  return medianOf(runs);
}
