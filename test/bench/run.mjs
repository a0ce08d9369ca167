/**
 * npm run bench [-- --quick] [-- --only raw,baseline,ours,sweep,retries,webhooks,waiting,tables] [-- --write] [-- --no-build] [-- --keep]
 *
 * Measures the service against a raw HTTP client and against an ordinary service of the same stack, on a PostgreSQL
 * and a Redis that it starts itself. A whole run takes about 25 minutes and writes docs/benchmarks.md; a quick or
 * partial one only prints, unless it is told to `--write`: then its parts take the place of the last run's.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { now } from './kit/clock.mjs';
import { build, House, ROOT } from './kit/house.mjs';
import { machineLine } from './kit/machine.mjs';
import { compare } from './parts/compare.mjs';
import { tablesGrow, webhooksGrow } from './parts/growth.mjs';
import { retries } from './parts/retries.mjs';
import { sweep } from './parts/sweep.mjs';
import { waiting } from './parts/waiting.mjs';
import { charts, sections } from './report.mjs';

const KEPT = join(ROOT, 'test/.tmp/bench-results.json');
const PARTS = ['raw', 'baseline', 'ours', 'sweep', 'retries', 'webhooks', 'waiting', 'tables'];
const QUICK_PARTS = ['raw', 'baseline', 'ours', 'sweep'];

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    stored: { type: 'string' },
  },
});

const only = new Set(flags.only?.split(',') ?? (flags.quick ? QUICK_PARTS : PARTS));
for (const part of only)
  if (!PARTS.includes(part)) throw new Error(`No part is called ${part}; there are ${PARTS.join(', ')}`);

const settings = {
  quick: flags.quick,
  only,
  rounds: flags.quick ? 1 : 3,
  webhooks: 64,
  rawMs: flags.quick ? 2_000 : 4_000,
  warmMs: flags.quick ? 3_000 : 5_000,
  warmEvents: flags.quick ? 1 : 2_500,
  measureMs: flags.quick ? 5_000 : 8_000,
  sweepMs: flags.quick ? 5_000 : 8_000,
  stored: Number(flags.stored ?? (flags.quick ? 100_000 : 5_000_000)),
  waiting: flags.quick ? 20_000 : 200_000,
};

const startedAt = now();
const say = (line) => console.log(`[${((now() - startedAt) / 1000).toFixed(0).padStart(4)} s] ${line}`);

build({ skip: flags['no-build'] });
const house = await House.open({ name: 'bench' });
let failed = false;
try {
  const machine = await machineLine(house);
  say(machine);
  await house.migrate();
  const context = { house, settings, say };
  const results = {};
  if (['raw', 'baseline', 'ours'].some((part) => only.has(part))) results.compare = await compare(context);
  if (only.has('sweep')) results.sweep = await sweep(context);
  if (only.has('retries')) results.retries = await retries({ ...context, maximum: results.sweep?.maximum });
  if (only.has('webhooks')) results.webhooksGrow = await webhooksGrow(context);
  if (only.has('waiting')) results.waiting = await waiting(context);
  // Last, because it leaves millions of rows behind.
  if (only.has('tables')) results.tablesGrow = await tablesGrow(context);
  report(machine, results);
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  await house.close({ keep: flags.keep || failed });
  if (flags.keep || failed) console.log(`Logs and data are kept in ${house.directory}`);
}
process.exit(failed ? 1 : 0);

function report(machine, measured) {
  console.log(`\n${machine}\n\n${sections(measured).join('\n\n')}\n`);
  if (!flags.write && (flags.quick || flags.only)) return;
  const results = { ...(flags.only ? resultsBefore(machine) : {}), ...measured };
  const text = sections(results);
  mkdirSync(dirname(KEPT), { recursive: true });
  writeFileSync(KEPT, JSON.stringify({ machine, results }, null, 2));
  const pictures = join(ROOT, 'docs/benchmarks');
  mkdirSync(pictures, { recursive: true });
  for (const [name, svg] of Object.entries(charts(results))) writeFileSync(join(pictures, name), svg);
  const file = join(ROOT, 'docs/benchmarks.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // The last section is that of `npm run bench:isolation`.
  const isolation = before.indexOf('## Bad endpoints beside good ones');
  writeFileSync(file, page(machine, text) + (isolation < 0 ? '' : `\n${before.slice(isolation)}`));
  say('wrote docs/benchmarks.md');
}

/** What this machine has measured before, for parts that were not run this time. */
function resultsBefore(machine) {
  if (!existsSync(KEPT)) return {};
  const before = JSON.parse(readFileSync(KEPT, 'utf8'));
  return before.machine === machine ? before.results : {};
}

function page(machine, text) {
  return `# Benchmarks

Made by \`npm run bench\`; the figures below are those of each part's last run, on one machine:

> ${machine}

Absolute figures drift with the machine and its neighbours; compare the ratios, which come from one run. All rates are
medians of ${settings.rounds} run${settings.rounds > 1 ? 's' : ''} of ${settings.measureMs / 1000} s after at least ${settings.warmMs / 1000} s and
${settings.warmEvents.toLocaleString('en')} events of warming up, counted from the first publish to the last arrival.

- **Load**: call records of 5 KB, each with an idempotency key, published one by one over keep-alive connections; each
  account has two webhooks, so an event makes two deliveries. ${settings.webhooks} webhooks on ${settings.webhooks} hosts, all with a secret.
- **Durability**: a 202 is given after the commit (\`synchronous_commit=on\`); a run is over when every attempt is recorded.
  Before it begins, what the run before has left in the system's cache is written to disk (\`sync\`).
- **Raw** is undici alone, posting the same bodies and headers to the same receiver, 64 at a time: nothing stored, nothing signed.
- **Baseline** (\`test/bench/baseline\`) is the same service as it is usually written with this stack: one row and one
  Bull job with the whole payload at a time, axios, \`persistAndFlush\` for each attempt, concurrency 50.
- Both log warnings only (\`LOG_LEVEL=warn\`); the last line of the first table is ours at the default level, with a line
  for each attempt.
- **CPU ms each** is the CPU time of service, PostgreSQL and Redis for one delivery; receiver and load generator, which
  share the machine, are not in it.
- **Arrival** counts from when an event was *due* to be published (an open loop: a late request counts as late) to its
  arrival at the receiver, commit included. **After 202** counts from the answer, and is below zero where the delivery was faster.

${text.slice(0, 2).join('\n\n')}

![Deliveries a second over offered load](benchmarks/throughput.svg)
![Latency over offered load](benchmarks/latency.svg)

${text.slice(2).join('\n\n')}
`;
}
