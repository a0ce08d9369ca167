/** The three things that are measured, each behind the same few names. */
import { buildBaseline } from '../baseline/build.mjs';
import { Child } from './child.mjs';
import { SECRETS } from './house.mjs';
import { forgetEverything, makeCustomers } from './customers.mjs';
import { Service } from './service.mjs';
import { cpuMs } from './usage.mjs';

const WEBHOOKS_PER_ACCOUNT = 2;

/** undici alone. `hosts`: over how many hosts. */
export async function measureRaw(house, { durationMs, hosts = 1 }) {
  const raw = await Child.start('./raw-process.mjs');
  try {
    const urls = Array.from({ length: hosts }, (_, host) => house.receiver.url(host, 'ok', host));
    await raw.ask('run', { urls, durationMs: 1_000 });
    await house.receiver.collect();
    const before = cpuMs([raw.pid]);
    const result = await raw.ask('run', { urls, durationMs });
    const cpuMsPerDelivery = (cpuMs([raw.pid]) - before) / result.sent;
    await house.receiver.collect();
    return { ...result, cpuMsPerDelivery };
  } finally {
    raw.stop();
  }
}

/** The baseline, on a database and a Redis prefix of its own, and empty. */
export async function openBaseline(house, { webhooks }) {
  const database = 'baseline';
  await house.postgres.query('postgres', `drop database if exists ${database} with (force)`);
  await house.postgres.query('postgres', `create database ${database}`);
  await house.redis.command('flushall');
  const service = new Service({
    name: 'baseline',
    entry: buildBaseline(),
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: house.postgres.url(database),
      REDIS_URL: house.redis.url,
      REDIS_PREFIX: 'baseline',
    },
    directory: house.directory,
  });
  await service.start();
  const accounts = Array.from(
    { length: webhooks / WEBHOOKS_PER_ACCOUNT },
    (_, i) => `account-${String(i).padStart(6, '0')}`,
  );
  await house.postgres.query(
    database,
    `insert into webhooks (id, account_id, url, secret, events, active)
     select gen_random_uuid(), account_id, url, md5(random()::text), '{CALL_COMPLETED}', true
     from unnest($1::text[], $2::text[]) as t (account_id, url)`,
    [
      Array.from({ length: webhooks }, (_, i) => accounts[Math.floor(i / WEBHOOKS_PER_ACCOUNT)]),
      Array.from({ length: webhooks }, (_, i) => house.receiver.url(i, 'ok', i)),
    ],
  );
  return {
    receiver: house.receiver,
    publisher: house.publisher,
    ports: [service.port],
    accounts,
    webhooksPerAccount: WEBHOOKS_PER_ACCOUNT,
    pids: () => [house.postgres.pid, house.redis.pid, service.pid],
    recorded: async (_expected, since) => {
      const rows = await house.postgres.query(
        database,
        `select not exists (select from deliveries where status <> 'DELIVERED' and created_at >= $1) as done`,
        [since],
      );
      return rows[0].done;
    },
    close: () => service.stop(),
  };
}

/** Ours, from empty tables, with so many dispatchers. `hosts`: over how many hosts the webhooks are spread. */
export async function openOurs(
  house,
  { dispatchers = 1, webhooks, hosts = webhooks, behaviour = () => 'ok', keepRows = false, nodeArgs, env },
) {
  if (!keepRows) await forgetEverything(house);
  const customers = await makeCustomers(house, {
    accounts: webhooks / WEBHOOKS_PER_ACCOUNT,
    webhooksPerAccount: WEBHOOKS_PER_ACCOUNT,
    url: (number) => house.receiver.url(number, behaviour(number), number % hosts),
  });
  const started = await house.startDispatchers(dispatchers, { nodeArgs, env });
  return {
    receiver: house.receiver,
    publisher: house.publisher,
    ports: started.map(({ port }) => port),
    dispatchers: started,
    accounts: customers.accounts,
    webhooks: customers.webhooks,
    webhooksPerAccount: WEBHOOKS_PER_ACCOUNT,
    pids: () => [house.postgres.pid, house.redis.pid, ...started.map(({ pid }) => pid)],
    recorded: async (expected, since) => {
      const rows = await house.sql(
        `select not exists (select from delivery_leases)
            and (select count(*) from attempts where started_at >= $1::timestamptz - interval '1 second') >= $2 as done`,
        [since, expected],
      );
      return rows[0].done;
    },
    close: () => house.stopServices(),
  };
}
