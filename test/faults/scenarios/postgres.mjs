import pg from 'pg';
import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

const rate = (quick) => (quick ? 50 : 150);

const restarted = {
  name: 'postgres-restarted',
  title: 'PostgreSQL restarted (fast shutdown), three times',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      const times = quick ? 1 : 3;
      for (let i = 0; i < times; i++) {
        await trial.outage(async () => {
          await house.postgres.stop();
          await house.postgres.start();
        });
        await sleep(3_000);
      }
      return { ...(await trial.finish()), times };
    }),
};

const killed = {
  name: 'postgres-killed',
  title: 'PostgreSQL killed (kill -9 of all its processes), away for 10 s',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      await trial.outage(async () => {
        await house.postgres.kill();
        await sleep(quick ? 4_000 : 10_000);
        await house.postgres.start();
      });
      return trial.finish();
    }),
};

const hanging = {
  name: 'postgres-hangs',
  title: 'PostgreSQL hangs (SIGSTOP of all its processes) for 30 s',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      await trial.outage(async () => {
        house.postgres.freeze();
        await sleep(quick ? 10_000 : 30_000);
        house.postgres.thaw();
      });
      return trial.finish();
    }),
};

const outOfConnections = {
  name: 'postgres-out-of-connections',
  title: 'PostgreSQL out of connections for 15 s: the service loses its own and gets no new ones',
  run: ({ quick }) =>
    withHouse({ postgres: { max_connections: 40 } }, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      await trial.outage(async () => {
        await house.sql('create role hog login');
        const hogs = await takeAllConnections(house);
        await sleep(quick ? 6_000 : 15_000);
        await Promise.all(hogs.map((hog) => hog.end().catch(() => undefined)));
      });
      return trial.finish();
    }),
};

/** Ends the service's connections and takes every one that becomes free, until none is the service's. */
async function takeAllConnections(house) {
  const hogs = [];
  for (;;) {
    await house.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'service'`);
    for (;;) {
      const hog = new pg.Client({ connectionString: house.postgres.url('ours', 'hog') });
      hog.on('error', () => undefined);
      try {
        await hog.connect();
        hogs.push(hog);
      } catch {
        break;
      }
    }
    const [{ count }] = await house.sql(
      `select count(*)::int as count from pg_stat_activity where usename = 'service'`,
    );
    if (count === 0) return hogs;
  }
}

export default [restarted, killed, hanging, outOfConnections];
