import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

export default {
  name: 'kill-all',
  title: 'kill -9 of everything at once (dispatchers, API, PostgreSQL, Redis), at random moments',
  run: ({ quick, random }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 2, rate: quick ? 25 : 150 });
      const api = await house.service('api', { env: { LOG_LEVEL: 'info' } }).start();
      const kills = quick ? 2 : 20;
      for (let i = 0; i < kills; i++) {
        await sleep(1_000 + random() * 3_000);
        await trial.outage(async () => {
          await trial.kill(...trial.dispatchers, api, house.redis, house.postgres);
          await Promise.all([house.postgres.start(), house.redis.start()]);
          await Promise.all([...trial.dispatchers, api].map((service) => service.start()));
        });
      }
      return { ...(await trial.finish()), times: kills };
    }),
};
