/** (a) the raw ceiling, (b) the baseline, (c) ours with one dispatcher and with two; in turns, so that drift hits all alike. */
import { now } from '../kit/clock.mjs';
import { medianOf } from '../kit/statistics.mjs';
import { measure } from '../kit/measure.mjs';
import { measureRaw, openBaseline, openOurs } from '../kit/systems.mjs';

/** As many requests at a time as it takes to keep each of them busy; more only lengthens the queues. */
const BASELINE_CONNECTIONS = 50;
const OURS_CONNECTIONS = 128;

/** Ours, in several ways of running it; a quick run leaves the last one out. */
const OURS = [
  { name: 'one', words: '1 dispatcher', dispatchers: 1 },
  { name: 'two', words: '2 dispatchers', dispatchers: 2 },
  {
    name: 'logged',
    words: '1 dispatcher, a log line for each attempt',
    dispatchers: 1,
    env: { LOG_LEVEL: 'info' },
  },
];

export async function compare({ house, settings, say }) {
  const runs = { raw: [], rawManyHosts: [], baseline: [], one: [], two: [], logged: [] };
  for (let round = 1; round <= settings.rounds; round++) {
    if (settings.only.has('raw')) {
      runs.raw.push(await measureRaw(house, { durationMs: settings.rawMs }));
      runs.rawManyHosts.push(
        await measureRaw(house, { durationMs: settings.rawMs, hosts: settings.webhooks }),
      );
      say(
        `round ${round}: raw undici ${perSecond(runs.raw)}, over ${settings.webhooks} hosts ${perSecond(runs.rawManyHosts)}`,
      );
    }
    if (settings.only.has('baseline')) {
      const baseline = await openBaseline(house, { webhooks: settings.webhooks });
      runs.baseline.push(await warmAndMeasure(baseline, BASELINE_CONNECTIONS, settings));
      await baseline.close();
      say(`round ${round}: baseline ${perSecond(runs.baseline)}`);
    }
    for (const { name, words, dispatchers, env } of settings.quick ? OURS.slice(0, 2) : OURS) {
      if (!settings.only.has('ours')) continue;
      const ours = await openOurs(house, { dispatchers, env, webhooks: settings.webhooks });
      runs[name].push(await warmAndMeasure(ours, OURS_CONNECTIONS, settings));
      await ours.close();
      say(`round ${round}: ours, ${words} ${perSecond(runs[name])}`);
    }
  }
  const results = {};
  for (const [name, ofOne] of Object.entries(runs)) {
    if (ofOne.length > 0)
      results[name] = { ...medianOf(ofOne), runs: ofOne.map((run) => run.deliveriesPerSecond) };
  }
  return results;
}

/** A slow system gets more time, so that its code has been compiled by the time it is measured. */
async function warmAndMeasure(system, connections, { warmMs, warmEvents, measureMs }) {
  for (let warm = 0, from = now(); warm < warmEvents && now() - from < 4 * warmMs;) {
    warm += (await measure(system, { connections, durationMs: warmMs })).events;
  }
  return measure(system, { connections, durationMs: measureMs });
}

const perSecond = (runs) => `${Math.round(runs.at(-1).deliveriesPerSecond).toLocaleString('en')}/s`;
