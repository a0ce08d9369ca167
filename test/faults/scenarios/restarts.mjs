import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

export default {
  name: 'restarts',
  title: 'a dispatcher stopped gracefully and started again, 100 times in a row, beside another one',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { dispatchers: 2, rate: quick ? 50 : 100 });
      const times = quick ? 3 : 100;
      const exits = new Set();
      let slowest = 0;
      for (let i = 0; i < times; i++) {
        await trial.outage(async () => {
          const from = performance.now();
          exits.add(await trial.dispatchers[0].stop());
          slowest = Math.max(slowest, performance.now() - from);
          await trial.dispatchers[0].start();
        });
      }
      const books = await trial.finish();
      return {
        ...books,
        times,
        notes: `slowest stop ${(slowest / 1000).toFixed(1)} s`,
        checks: [
          { what: 'every stop ended with exit code 0', ok: exits.size === 1 && exits.has(0) },
          { what: 'nothing was sent twice', ok: books.duplicated === 0 },
        ],
      };
    }),
};
