import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

export default {
  name: 'kill-one-of-three',
  title: 'kill -9 of one of three dispatchers under full load: the other two take over, and stay alive',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 3, rate: quick ? 150 : 600 });
      await sleep(quick ? 2_000 : 10_000);
      const survivors = trial.dispatchers.slice(1);
      const names = async () =>
        (await house.sql("select id from dispatchers where heartbeat_at > now() - interval '5 seconds'"))
          .map(({ id }) => id)
          .sort();
      const before = await names();
      await trial.outage(async () => {
        await trial.kill(trial.dispatchers[0]);
        await sleep(10_000);
      });
      const after = await names();
      await trial.dispatchers[0].start();
      const books = await trial.finish();
      return {
        ...books,
        times: 1,
        checks: [
          { what: 'only what was being sent came twice', ok: books.duplicated <= books.claimedAtKills },
          {
            what: 'the death of one is not taken for that of another',
            ok: after.length === survivors.length && after.every((id) => before.includes(id)),
          },
        ],
      };
    }),
};
