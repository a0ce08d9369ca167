/** The ceiling: undici posting ready-made bodies, signed and all, with nothing stored and nothing decided. */
import { Agent, Pool } from 'undici';
import { callRecord } from './call-record.mjs';
import { now } from './clock.mjs';

const IN_FLIGHT = 64;

const body = Buffer.from(
  JSON.stringify({
    id: `evt_${crypto.randomUUID()}`,
    type: 'CALL_COMPLETED',
    timestamp: '2026-11-23T10:00:00.000Z',
    apiVersion: '2026-11-01',
    data: callRecord({ id: `call_${'0'.repeat(28)}` }),
  }),
);
const headers = {
  'Content-Type': 'application/json',
  'User-Agent': 'SkipCalls-Webhooks/0',
  'X-Webhook-Event': 'CALL_COMPLETED',
  'X-Webhook-Delivery': `dlv_${crypto.randomUUID()}`,
  'X-Webhook-Attempt': '1',
  'X-Webhook-Signature': 'a'.repeat(64),
  'webhook-id': `evt_${crypto.randomUUID()}`,
  'webhook-timestamp': '1763892000',
  'webhook-signature': `v1,${'a'.repeat(44)}`,
};

/** @param urls one URL: a pool to that host; several: an agent over all their hosts */
async function run({ urls, durationMs }) {
  const targets = urls.map((url) => new URL(url));
  const client =
    targets.length === 1
      ? new Pool(targets[0].origin, { connections: IN_FLIGHT })
      : new Agent({ connections: 4 });
  const startedAt = now();
  let sent = 0;
  const line = async () => {
    while (now() - startedAt < durationMs) {
      const { origin, pathname: path } = targets[sent++ % targets.length];
      const answer = await client.request({ origin, path, method: 'POST', headers, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, line));
  const seconds = (now() - startedAt) / 1000;
  await client.close();
  return { sent, deliveriesPerSecond: sent / seconds };
}

process.on('message', async ({ id, ...values }) => process.send({ id, result: await run(values) }));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
