/**
 * npm run test:faults [-- --quick] [-- --only kill-dispatcher,redis-hangs] [-- --seed 1] [-- --write] [-- --no-build]
 *
 * Breaks things under load and counts what was accepted, delivered, lost and sent twice. A whole run takes 15 to 35
 * minutes and writes docs/faults.md; a quick or partial one only prints, unless it is told to `--write`.
 * Exits with 1 if anything was lost or a promise not kept.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { now } from '../bench/kit/clock.mjs';
import { build, ROOT } from '../bench/kit/house.mjs';
import { ms, table, whole } from '../bench/kit/table.mjs';
import { randomFrom } from './kit/random.mjs';
import backendsKilled from './scenarios/backends-killed.mjs';
import badReceivers from './scenarios/bad-receivers.mjs';
import clockJump from './scenarios/clock-jump.mjs';
import diskFull from './scenarios/disk-full.mjs';
import dispatcherStops from './scenarios/dispatcher-stops.mjs';
import killAll from './scenarios/kill-all.mjs';
import killApi from './scenarios/kill-api.mjs';
import killDispatcher from './scenarios/kill-dispatcher.mjs';
import killOneOfThree from './scenarios/kill-one-of-three.mjs';
import postgres from './scenarios/postgres.mjs';
import redis from './scenarios/redis.mjs';
import restarts from './scenarios/restarts.mjs';

const SCENARIOS = [
  killDispatcher,
  killOneOfThree,
  dispatcherStops,
  killApi,
  killAll,
  ...redis,
  ...postgres,
  backendsKilled,
  diskFull,
  clockJump,
  badReceivers,
  restarts,
];
/** While a dependency is away, a publisher is told so within this time. */
const ANSWER_WITHIN_MS = 5_000;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const names = flags.only?.split(',') ?? SCENARIOS.map(({ name }) => name);
for (const name of names) {
  if (!SCENARIOS.some((scenario) => scenario.name === name)) {
    throw new Error(
      `No scenario is called ${name}; there are ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`,
    );
  }
}
const seed = Number(flags.seed ?? Date.now() % 1_000_000);

build({ skip: flags['no-build'] });
console.log(`Seed ${seed}`);
const results = [];
for (const { name, title, run } of SCENARIOS.filter((scenario) => names.includes(scenario.name))) {
  const startedAt = now();
  console.log(`\n${name}: ${title}`);
  let result;
  try {
    result = await run({ quick: flags.quick, random: randomFrom(seed), say: console.log });
  } catch (error) {
    result = { error };
    console.error(error);
  }
  results.push({ name, title, ...result, failures: failuresOf(result) });
  tell(results.at(-1), (now() - startedAt) / 1000);
}
report();
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);

function failuresOf(result) {
  if (result.skipped) return [];
  if (result.error) return [result.error.message.split('\n')[0]];
  const failures = (result.checks ?? []).filter(({ ok }) => !ok).map(({ what }) => `not so: ${what}`);
  if (result.accepted === 0) failures.push('nothing was accepted');
  if (result.lost > 0) failures.push(`${result.lost} lost`);
  if (result.unsettled > 0) failures.push(`${result.unsettled} never settled`);
  if (result.unanswered > 0) failures.push(`${result.unanswered} publishes never got a 202`);
  if (result.unasked > 0)
    failures.push(`${result.unasked} deliveries of events that were never acknowledged`);
  if (result.twoIds > 0) failures.push(`${result.twoIds} idempotency keys got two ids`);
  // While the machine itself stood still, nobody could have answered.
  if (result.answerMax > (result.answerWithinMs ?? ANSWER_WITHIN_MS) + (result.stalledMs ?? 0))
    failures.push(`a publisher waited ${ms(result.answerMax)} ms for an answer`);
  return failures;
}

function tell(result, seconds) {
  if (result.skipped) return console.log(`  skipped: ${result.skipped}`);
  if (result.error) return undefined;
  console.log(
    `  accepted ${result.accepted}, delivered ${result.delivered}, lost ${result.lost}, duplicated ${result.duplicated} (${seconds.toFixed(0)} s)`,
  );
  if (result.statuses)
    console.log(
      `  answers meanwhile ${JSON.stringify(result.statuses)}, slowest refusal ${ms(result.refusalMax)} ms, slowest answer ${ms(result.answerMax)} ms`,
    );
  if (result.stalledMs > 1_000)
    console.log(`  (the machine stood still for ${ms(result.stalledMs)} ms: times are not to be trusted)`);
  if (result.missing?.length) console.log('  first lost:', result.missing.slice(0, 3));
  if (result.notes) console.log(`  ${result.notes}`);
  console.log(result.failures.length > 0 ? `  FAILED: ${result.failures.join('; ')}` : '  as it should be');
  return undefined;
}

function report() {
  const rows = results.map(
    (result) =>
    result.skipped || result.error
      ? [result.title, '–', '–', '–', '–', '–', '–', '–', '–', result.skipped ? 'skipped' : '**failed**']
      : [
          result.times > 1 ? `${result.title} (${result.times} ×)` : result.title,
          whole(result.accepted), whole(result.delivered), whole(result.lost), duplicates(result),
          answers(result.statuses), ms(result.answerMax), seconds(result.firstAcceptMs), seconds(result.caughtUpMs),
          result.failures.length > 0 ? '**no**' : 'yes',
        ], // prettier-ignore
  );
  const text = table(
    [
      'fault',
      'accepted',
      'delivered',
      'lost',
      'twice',
      'answers meanwhile',
      'slowest answer ms',
      'next 202 after s',
      'caught up after s',
      'as it should be',
    ],
    rows,
  );
  console.log(`\n${text}\n`);
  const kept = join(ROOT, 'test/.tmp');
  mkdirSync(kept, { recursive: true });
  writeFileSync(
    join(kept, 'faults-results.json'),
    JSON.stringify(
      results.map(({ missing: _missing, ...rest }) => rest),
      null,
      2,
    ),
  );
  if (flags.write || (!flags.quick && !flags.only)) {
    writeFileSync(join(ROOT, 'docs/faults.md'), page(text));
    console.log('wrote docs/faults.md');
  }
}

function duplicates({ duplicated, claimedAtKills }) {
  return claimedAtKills > 0 ? `${whole(duplicated)} (≤ ${whole(claimedAtKills)} claimed)` : whole(duplicated);
}

function answers(statuses) {
  if (!statuses) return '–';
  return Object.entries(statuses).map(([status, count]) => `${whole(count)} × ${status}`).join(', '); // prettier-ignore
}

function seconds(value) {
  return value === null || value === undefined ? '–' : (value / 1000).toFixed(1);
}

function page(text) {
  const notes = results.filter(({ notes: words, skipped }) => words ?? skipped);
  return `# What happens when something breaks

Made by \`npm run test:faults\` (seed ${seed}${flags.quick ? ', quick' : ''}). Each trial runs under load: publishers offer events at a steady rate and
try again, with the same idempotency key, until they get a 202; a third of the receivers fails every first attempt, so
that retries are always under way. The books are kept by publisher and receivers alone: *accepted* counts events with a
202, *delivered* pairs of event and webhook whose receiver took it, *lost* pairs that an accepted event should have and
doesn't, *twice* arrivals of what had been taken or tried before. What a killed dispatcher had claimed may come twice;
nothing else may. *Caught up* is when everything from before the repair had arrived.

${text}

${notes.map(({ name, notes: words, skipped }) => `- **${name}**: ${skipped ? `skipped: ${skipped}` : words}`).join('\n')}
`;
}
