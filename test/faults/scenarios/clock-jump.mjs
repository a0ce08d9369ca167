import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep } from '../../bench/kit/clock.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

const HOUR_MS = 3_600_000;
const SHIFTED_CLOCK = fileURLToPath(new URL('../kit/shifted-clock.cjs', import.meta.url));

export default {
  name: 'clock-jump',
  title: "a dispatcher's clock jumps: an hour ahead, two back, and right again",
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const file = join(house.directory, 'clock-shift');
      writeFileSync(file, '0');
      const trial = await Trial.begin(house, {
        rate: quick ? 50 : 150,
        nodeArgs: ['--require', SHIFTED_CLOCK],
        env: { SHIFT_FILE: file },
      });
      await trial.outage(async () => {
        for (const shift of [HOUR_MS, -HOUR_MS, 0]) {
          writeFileSync(file, `${shift}`);
          await sleep(quick ? 3_000 : 10_000);
        }
      });
      const books = await trial.finish({ after: 8_000 });
      // Nothing was away: nobody had a reason to refuse.
      const refused = Object.keys(books.statuses).filter((status) => status !== '202');
      return {
        ...books,
        notes: 'Date of the dispatcher shifted; PostgreSQL and Redis kept the right time',
        checks: [{ what: 'no publish was refused', ok: refused.length === 0 }],
      };
    }),
};
