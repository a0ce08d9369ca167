import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

/** Backends that are inside a statement or a transaction of the service; another one each time. */
const KILL_ONE = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'skipcalls-webhooks' and (state = 'idle in transaction' or (state = 'active' and query not like '%pg_terminate_backend%'))
  order by state desc, random() limit 1`;

export default {
  name: 'backends-killed',
  title: 'a PostgreSQL backend ended inside a statement or transaction, again and again',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 2, rate: quick ? 50 : 200 });
      const times = quick ? 20 : 100;
      let ended = 0;
      await trial.outage(async () => {
        for (let i = 0; i < times * 20 && ended < times; i++) {
          ended += (await house.sql(KILL_ONE)).length;
          await sleep(25);
        }
      });
      const isAlive = trial.dispatchers.every(({ pid }) => pid !== undefined && process.kill(pid, 0));
      const books = await trial.finish();
      return {
        ...books,
        times: ended,
        checks: [{ what: 'both dispatchers are the processes that were started', ok: isAlive }],
      };
    }),
};
