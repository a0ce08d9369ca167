/**
 * Shows how PostgreSQL answers what customers ask when 5 million deliveries are stored, and writes docs/query-plans.md.
 *
 *   node test/bench/plans.mjs postgres://postgres@127.0.0.1:5432/postgres
 *
 * Creates the database `skipcalls_plans` there (some 7 GB, 5 minutes) and keeps it for the next time; --drop drops it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
require(`${root}/scripts/typescript.cjs`);
const { migrate } = require(`${root}/libs/platform/src/index.ts`);
const { lastLookedAt, listDeliveries, oneDelivery } = require(
  `${root}/libs/delivery/src/reading/delivery-query.ts`,
);
const { STATS } = require(`${root}/libs/delivery/src/reading/delivery-stats.ts`);
const { COUNT_MORE, StatsRollup } = require(`${root}/libs/delivery/src/reading/stats-rollup.ts`);
const { parseWindow } = require(`${root}/libs/delivery/src/reading/stats-window.ts`);
const { countDeliveries, countMissed, makeMissed, requeueDeliveries } = require(
  `${root}/libs/delivery/src/replay/replay-query.ts`,
);
const { listEvents } = require(`${root}/libs/events/src/reading/event-reader.ts`);

const adminUrl = process.argv[2];
if (!adminUrl) {
  console.error(
    'Say where PostgreSQL is: node test/bench/plans.mjs postgres://postgres@127.0.0.1:5432/postgres',
  );
  process.exit(2);
}
const name = process.env.PLANS_DATABASE ?? 'skipcalls_plans';
const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString();

if (process.argv.includes('--drop')) {
  await administer(`drop database if exists ${name} with (force)`);
  process.exit(0);
}
await prepare();

const client = new pg.Client({ connectionString: url });
await client.connect();
const one = async (text, values) => Object.values((await client.query(text, values)).rows[0])[0];
const benchId = (at, kind, n) => one('select bench_id($1, $2, $3)', [at, kind, n]);

// 40 % of everything: 2 million deliveries.
const big = `acc_${await benchId('2026-01-01', 'account', 0)}`;
const small = `acc_${await benchId('2026-01-01', 'account', 17)}`;
const healthy = `whk_${await benchId('2026-01-02', 'webhook', 2)}`;
const failing = `whk_${await benchId('2026-01-02', 'webhook', 1)}`;
const newest = await one('select max(created_at) from deliveries');
const ago = (hours) => new Date(newest.getTime() - hours * 3_600_000);
const idAt = async (table, hours) =>
  one(`select id from ${table} where account_id = $1 and created_at < $2 order by id desc limit 1`, [
    uuid(big),
    ago(hours),
  ]);
const deep = `dlv_${await idAt('deliveries', 24 * 25)}`;
const someDelivery = `dlv_${await idAt('deliveries', 100)}`;
const someEvent = `evt_${await idAt('events', 100)}`;
const someCall = await one('select call_id from events where id = $1', [uuid(someEvent)]);
const list = (account, filter, after = null) => listDeliveries(account, filter, after, 50);
const span = (window) => parseWindow(window, newest);
const countedUntil = await one('select counted_until from attempt_hours_progress');
const stats = (window) => {
  const { since, hours } = span(window);
  return { text: STATS, values: [uuid(healthy), hours, new Date(Math.max(since, countedUntil))] };
};
const scope = (which, webhookId = healthy) => ({
  accountId: big,
  webhookId,
  which,
  since: ago(24 * 7),
  until: new Date(),
});

const NOTES = readFileSync(new URL('plans-notes.md', import.meta.url), 'utf8');

const CASES = [
  ['Deliveries: newest page', list(big, {})],
  ['Deliveries: a page 25 days back', list(big, {}, deep)],
  ['Deliveries: newest page of a small account', list(small, {})],
  ['Deliveries: status=FAILED', list(big, { status: 'FAILED' })],
  ['Deliveries: status=PENDING', list(big, { status: 'PENDING' })],
  ['Deliveries: status=DELIVERED', list(big, { status: 'DELIVERED' })],
  ['Deliveries: webhookId', list(big, { webhookId: healthy })],
  ['Deliveries: webhookId, status=FAILED', list(big, { webhookId: healthy, status: 'FAILED' })],
  [
    'Deliveries: webhookId, status=DELIVERED, none of 200,000 was',
    list(big, { webhookId: failing, status: 'DELIVERED' }),
  ],
  ['… and where the next page goes on', lastLookedAt(big, { webhookId: failing, status: 'DELIVERED' }, null)],
  ['Deliveries: eventType', list(small, { eventType: 'CALL_FAILED' })],
  ['Deliveries: eventType that none of 2 million has', list(big, { eventType: 'INCOMING_CALL_COMPLETED' })],
  [
    'Deliveries: eventType that 80 of 2 million have, the oldest',
    list(big, { eventType: 'INCOMING_CALL_FAILED' }),
  ],
  ['Deliveries: eventId', list(big, { eventId: someEvent })],
  ['Deliveries: callId', list(big, { callId: someCall })],
  ['Deliveries: callId of another account', list(small, { callId: someCall })],
  ['Deliveries: one hour, two weeks ago', list(big, { since: ago(24 * 14), until: ago(24 * 14 - 1) })],
  ['One delivery', oneDelivery(big, someDelivery)],
  [
    'Attempts of one delivery',
    { text: 'select * from attempts where delivery_id = $1 order by number', values: [uuid(someDelivery)] },
  ],
  ['Events: newest page', listEvents(big, {}, null, 50)],
  ['Events: callId', listEvents(big, { callId: someCall }, null, 50)],
  [
    'Events: a type that 40 of 1 million have, the oldest',
    listEvents(big, { type: 'INCOMING_CALL_FAILED' }, null, 50),
  ],
  ['Stats: 24h', stats('24h')],
  ['Stats: 30d', stats('30d')],
  [
    'Stats: counting 30 s of attempts',
    { text: COUNT_MORE, values: [ago(0.5), new Date(ago(0.5).getTime() + 30_000)] },
  ],
  [
    'Stats: counting 5 min of attempts',
    { text: COUNT_MORE, values: [ago(0.5), new Date(ago(0.5).getTime() + 300_000)] },
  ],
  ['Replay: counting 10,000 failed deliveries', countDeliveries(scope('failed', failing), null, 10_000)],
  ['Replay: looking for missed ones among 10,000 events', countMissed(scope('missed'), null, 10_000)],
  ['Replay: putting 500 failed in line', requeueDeliveries(scope('failed', failing), null, 500)],
  ['Replay: putting missed ones in line, 1,000 events looked at', makeMissed(scope('missed'), null, 1_000)],
];

const results = [];
for (const [title, query] of CASES) {
  const times = [];
  let plan;
  for (let run = 0; run < 4; run += 1) {
    await client.query('begin');
    if (/order by [\w.]*(account|webhook)_id/.test(query.text))
      await client.query('set local enable_sort = off');
    const { rows } = await client.query(
      `explain (analyze, buffers, timing off, summary on) ${query.text}`,
      query.values,
    );
    await client.query('rollback');
    plan = rows.map((row) => row['QUERY PLAN']);
    times.push(Number(/Execution Time: ([\d.]+)/.exec(plan.at(-1))?.[1]));
  }
  const [cold, ...warm] = times;
  const median = warm.sort((a, b) => a - b)[1];
  results.push({ title, cold, median, plan });
  console.log(`${median.toFixed(2).padStart(9)} ms  (first ${cold.toFixed(1)})  ${title}`);
}
const rows = [];
for (const table of ['events', 'deliveries', 'attempts', 'attempt_hours']) {
  rows.push([
    table,
    await one(`select reltuples::bigint from pg_class where relname = $1`, [table]),
    await one(`select pg_size_pretty(pg_total_relation_size($1::regclass))`, [table]),
  ]);
}
const version = await one('show server_version');
const sharedBuffers = await one('show shared_buffers');
writeFileSync(`${root}/docs/query-plans.md`, page());
await client.end();

function page() {
  return `# Query plans at 5 million deliveries

Made by \`node test/bench/plans.mjs <url of PostgreSQL>\`, with the very statements that the service runs
(\`libs/delivery/src/reading\`, \`libs/delivery/src/replay\`, \`libs/events/src/reading\`). PostgreSQL ${version.split(' ')[0]}, ${cpus().length} cores (${cpus()[0].model}),
shared_buffers ${'`'}${sharedBuffers}${'`'}. The account asked about has 2 million of the deliveries; "first" is with cold buffers, "then" the median of three more.

| table | rows | size with indexes |
|---|---|---|
${rows.map(([table, count, size]) => `| ${table} | ${Number(count).toLocaleString('en')} | ${size} |`).join('\n')}

| question | first, ms | then, ms |
|---|---|---|
${results.map(({ title, cold, median }) => `| ${title} | ${cold.toFixed(1)} | ${median.toFixed(2)} |`).join('\n')}

${NOTES}
${results.map(({ title, plan }) => `### ${title}\n\n\`\`\`\n${plan.map(shorten).join('\n')}\n\`\`\`\n`).join('\n')}`;
}

/** The plan's long lists of ids and hours say nothing. */
function shorten(line) {
  return line.length > 220 ? `${line.slice(0, 200)} …` : line;
}

async function prepare() {
  const { rowCount } = await administer('select 1 from pg_database where datname = $1', [name]);
  if (rowCount === 0) await administer(`create database ${name}`);
  await migrate(url);
  const connection = new pg.Client({ connectionString: url });
  await connection.connect();
  const seeded =
    (await connection.query(`select reltuples from pg_class where relname = 'deliveries'`)).rows[0]
      .reltuples > 4_900_000;
  if (!seeded) {
    const sql = readFileSync(`${root}/test/bench/plans-seed.sql`, 'utf8');
    for (let i = 0; i < 10; i += 1) {
      console.log(`filling, ${i * 10} %`);
      await connection.query(sql.replace(/(?<!:):i\b/g, String(i)));
    }
    await connection.query('vacuum analyze');
  }
  const { rows } = await connection.query('select counted_until from attempt_hours_progress');
  if (!rows[0].counted_until) {
    console.log('counting attempts by the hour');
    const begun = Date.now();
    const rollup = new StatsRollup({ transaction: (work) => inTransaction(connection, work) });
    await rollup.catchUp();
    console.log(`counted in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
    await connection.query('vacuum analyze attempt_hours');
  }
  await connection.end();
}

async function inTransaction(connection, work) {
  await connection.query('begin');
  const result = await work(connection);
  await connection.query('commit');
  return result;
}

async function administer(text, values) {
  const connection = new pg.Client({ connectionString: adminUrl });
  await connection.connect();
  try {
    return await connection.query(text, values);
  } finally {
    await connection.end();
  }
}

function uuid(id) {
  return id.slice(id.indexOf('_') + 1);
}
