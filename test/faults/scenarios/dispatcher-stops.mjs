import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

/** Longer than the five seconds after which the others take a dispatcher for dead, and take over what it had claimed. */
const STOPPED_MS = 8_000;

export default {
  name: 'dispatcher-stops',
  title:
    'a dispatcher stopped (SIGSTOP) for 8 s in the middle of sending, then continued, beside another one',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 2, rate: quick ? 50 : 200 });
      const times = quick ? 1 : 5;
      for (let i = 0; i < times; i++) {
        const stopped = trial.dispatchers[i % 2];
        await trial.outage(async () => {
          await trial.countClaimed();
          process.kill(stopped.pid, 'SIGSTOP');
          await sleep(STOPPED_MS);
          process.kill(stopped.pid, 'SIGCONT');
        });
        await sleep(3_000);
      }
      const books = await trial.finish();
      return {
        ...books,
        times,
        // Its own publishers wait until it continues.
        answerWithinMs: STOPPED_MS + 5_000,
        checks: [
          { what: 'only what was being sent came twice', ok: books.duplicated <= books.claimedAtKills },
        ],
      };
    }),
};
