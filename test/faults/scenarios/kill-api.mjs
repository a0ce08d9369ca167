import { sleep } from '../../bench/kit/clock.mjs';
import { SECRETS } from '../../bench/kit/house.mjs';
import { Trial } from '../kit/trial.mjs';
import { withHouse } from '../kit/with-house.mjs';

/** What the API has promised, an attempt by hand for each 202, has to come, however often the API dies. */
export default {
  name: 'kill-api',
  title: 'kill -9 of the API while customers ask for retries, at random moments',
  run: ({ quick, random }) =>
    withHouse({}, async (house) => {
      const trial = await Trial.begin(house, { rate: quick ? 50 : 200, behaviour: () => 'ok' });
      const api = await house.service('api', { env: { LOG_LEVEL: 'info' } }).start();
      const customer = await newCustomer(house, trial, api);
      const kills = quick ? 3 : 20;
      let asking = true;
      const asked = askForRetries(api, customer, () => asking);
      for (let i = 0; i < kills; i++) {
        await sleep(500 + random() * 2_500);
        await trial.outage(async () => {
          await api.kill();
          await api.start();
        });
      }
      asking = false;
      const promised = await asked;
      const books = await trial.finish();
      return { ...books, times: kills, ...(await kept(house, promised)) };
    }),
};

async function newCustomer(house, trial, api) {
  const dispatcher = `http://127.0.0.1:${trial.dispatchers[0].port}`;
  const publisher = {
    authorization: `Bearer ${SECRETS.PUBLISHER_TOKEN}`,
    'content-type': 'application/json',
  };
  const account = await post(`${dispatcher}/internal/v1/accounts`, publisher, { name: 'Asks for retries' });
  const headers = { authorization: `Bearer ${account.apiKey}`, 'content-type': 'application/json' };
  await post(`http://127.0.0.1:${api.port}/v1/webhooks`, headers, {
    name: 'Retried by hand',
    url: house.receiver.url(1_000, 'ok', 1_000),
    events: ['CALL_COMPLETED'],
  });
  for (let i = 0; i < 20; i++) {
    await post(`${dispatcher}/internal/v1/events`, publisher, {
      accountId: account.id,
      type: 'CALL_COMPLETED',
      data: {
        call: { id: `call_${i}`, status: 'completed', startedAt: '2026-11-23T10:00:00Z' },
        phoneNumbers: { from: '+1', to: '+2' },
      },
    });
  }
  await sleep(1_000);
  const rows = await house.sql(`select 'dlv_' || id as id from deliveries where account_id = $1`, [
    account.id.slice(4),
  ]);
  return { headers, deliveries: rows.map(({ id }) => id) };
}

async function post(url, headers, body) {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST ${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** @returns for each delivery how many attempts were promised by a 202. */
async function askForRetries(api, { headers, deliveries }, goOn) {
  const promised = new Map();
  for (let i = 0; goOn(); i++) {
    const id = deliveries[i % deliveries.length];
    try {
      const answer = await fetch(`http://127.0.0.1:${api.port}/v1/deliveries/${id}/retry`, {
        method: 'POST',
        headers,
      });
      await answer.arrayBuffer();
      if (answer.status === 202) promised.set(id, (promised.get(id) ?? 0) + 1);
    } catch {
      // It is being killed.
    }
    await sleep(40);
  }
  return promised;
}

async function kept(house, promised) {
  const rows = await house.sql(
    `select delivery_id::text as id, count(*)::int as made from attempts where trigger = 'manual' group by 1`,
  );
  const made = new Map(rows.map((row) => [`dlv_${row.id}`, row.made]));
  let asked = 0;
  let short = 0;
  for (const [id, count] of promised) {
    asked += count;
    short += Math.max(0, count - (made.get(id) ?? 0));
  }
  return {
    notes: `${asked} retries promised with a 202, ${[...made.values()].reduce((sum, count) => sum + count, 0)} made, ${short} missing`,
    checks: [{ what: 'every promised retry was made', ok: short === 0 && asked > 0 }],
  };
}
