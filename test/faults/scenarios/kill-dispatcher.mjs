import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

export default {
  name: 'kill-dispatcher',
  title: 'kill -9 of one of two dispatchers, at random moments',
  run: ({ quick, random }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 2, rate: quick ? 100 : 300 });
      const kills = quick ? 3 : 20;
      for (let i = 0; i < kills; i++) {
        await sleep(500 + random() * 2_500);
        const victim = trial.dispatchers[Math.floor(random() * trial.dispatchers.length)];
        await trial.outage(async () => {
          await trial.kill(victim);
          await victim.start();
        });
      }
      return { ...(await trial.finish()), times: kills };
    }),
};
