import { sleep, until } from '../../bench/kit/clock.mjs';
import { memoryBytes } from '../../bench/kit/usage.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

/** Behaviour of a receiver, and the outcomes that an attempt at it may have. */
const EXPECTED = {
  hang: ['TIMEOUT'],
  drip: ['TIMEOUT'],
  endless: ['DELIVERED'],
  malformed: ['INVALID_RESPONSE'],
  'close-after-headers': ['DELIVERED', 'CONNECTION_FAILED'],
  reset: ['CONNECTION_FAILED'],
  refuse: ['CONNECTION_FAILED'],
};
const BEHAVIOURS = Object.keys(EXPECTED);
/** The 10 s of an attempt, and a little for what measures it. */
const LONGEST_ATTEMPT_MS = 10_500;

/** The first accounts' webhooks are bad, one of each kind; the others are good, and must not notice. */
const behaviour = (number) => BEHAVIOURS[number] ?? 'ok';

export default {
  name: 'bad-receivers',
  title: 'receivers that never answer, drip a byte a second, never end, talk nonsense, close or reset',
  run: ({ quick }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: quick ? 12 : 48, behaviour });
      const [dispatcher] = trial.dispatchers;
      const before = memoryBytes([dispatcher.pid]);
      await sleep(quick ? 5_000 : 30_000);
      // Hanging ones have a long tail; their deliveries end by their four attempts or wait behind the gate.
      await house.publisher.halt();
      const { publishes } = await trial.load;
      const good = trial.webhooks.filter((webhook) => webhook.behaviour === 'ok');
      const goodNumbers = new Set(good.map(({ number }) => number));
      const expected = publishes.reduce(
        (sum, { account }) => sum + good.filter((webhook) => webhook.account === account).length,
        0,
      );
      await sleep(3_000);
      const memory = memoryBytes([dispatcher.pid]) - before;
      const arrivals = (await house.receiver.collect()).filter(({ webhook }) => goodNumbers.has(webhook));
      const outcomes = await outcomesOf(house, trial);
      const wrong = outcomes.filter(
        ({ behaviour: kind, outcome, longest }) =>
          !EXPECTED[kind].includes(outcome) || longest > LONGEST_ATTEMPT_MS,
      );
      const delivered = new Set(arrivals.map(({ deliveryId }) => deliveryId)).size;
      return {
        accepted: publishes.filter(({ status }) => status === 202).length,
        delivered,
        lost: expected - delivered,
        duplicated: arrivals.length - delivered,
        unsettled: 0,
        notes: `${outcomes.map(({ behaviour: kind, outcome, longest }) => `${kind}: ${outcome} in ${longest} ms at most`).join('; ')}; memory +${Math.round(memory / 2 ** 20)} MB`,
        checks: [
          {
            what: 'every kind was tried',
            ok: new Set(outcomes.map(({ behaviour: kind }) => kind)).size === BEHAVIOURS.length,
          },
          { what: 'each ended as it should, within its 10 s', ok: wrong.length === 0 },
          { what: 'memory grew by less than 100 MB', ok: memory < 100 * 2 ** 20 },
        ],
      };
    }),
};

async function outcomesOf(house, trial) {
  const ids = new Map(trial.webhooks.map(({ id, behaviour: kind }) => [id.slice(4), kind]));
  let rows = [];
  await until(
    async () => {
      rows = await house.sql(
        `select webhook_id::text as id, outcome, max(duration_ms)::int as longest from attempts group by 1, 2`,
      );
      return (
        new Set(rows.filter(({ id }) => ids.get(id) !== 'ok').map(({ id }) => id)).size === BEHAVIOURS.length
      );
    },
    { withinMs: 20_000, everyMs: 500 },
  ).catch(() => undefined);
  return rows
    .map(({ id, outcome, longest }) => ({ behaviour: ids.get(id), outcome, longest }))
    .filter(({ behaviour: kind }) => kind !== 'ok');
}
