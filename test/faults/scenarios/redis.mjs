import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

const rate = (quick) => (quick ? 50 : 150);

const killed = {
  name: 'redis-killed',
  title: 'Redis killed, away for 10 s, started again on its data',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      await trial.outage(async () => {
        await house.redis.kill();
        await sleep(quick ? 4_000 : 10_000);
        await house.redis.start();
      });
      return trial.finish({ after: 6_000 });
    }),
};

const emptied = {
  name: 'redis-emptied',
  title: 'Redis emptied (FLUSHALL), again and again',
  run: ({ quick, random }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      const times = quick ? 3 : 20;
      for (let i = 0; i < times; i++) {
        await sleep(200 + random() * 1_800);
        await trial.outage(() => house.redis.command('flushall'));
      }
      return { ...(await trial.finish({ after: 6_000 })), times };
    }),
};

const hanging = {
  name: 'redis-hangs',
  title: 'Redis hangs (SIGSTOP) for 30 s',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: rate(quick) });
      await trial.outage(async () => {
        house.redis.freeze();
        await sleep(quick ? 8_000 : 30_000);
        house.redis.thaw();
      });
      return trial.finish({ after: 6_000 });
    }),
};

export default [killed, emptied, hanging];
