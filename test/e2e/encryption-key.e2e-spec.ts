import { createHmac } from 'node:crypto';
import { reseal, SecretBox, type Config } from '@app/platform';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { createAccount, createWebhook, Receiver, startApp, type TestApp } from '../support';

const OLD_KEY = Buffer.alloc(32, 1).toString('base64');
const NEW_KEY = Buffer.alloc(32, 2).toString('base64');

describe('replacing the encryption key', () => {
  let before: TestApp;
  let after: TestApp | undefined;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start();
    before = await startApp({ modules: [ApiModule], env: { ENCRYPTION_KEY: OLD_KEY } });
  });
  afterAll(async () => {
    await receiver.stop();
    await after?.close();
    await before.close();
  });

  const configOf = (current: string, ...previous: string[]): Config =>
    ({
      ...before.config,
      ENCRYPTION_KEY: current,
      PREVIOUS_ENCRYPTION_KEYS: previous,
    }) as Config;

  it('encrypts everything again, so that the old key can be thrown away', async () => {
    const { id: accountId, key } = await createAccount(before);
    const api = before.http(key);
    const webhook = await createWebhook(before, accountId, {
      url: receiver.url(),
      secret: 'the old secret',
      headers: { 'X-Api-Key': 'key-0123456789' },
    });
    await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, { secret: 'the secret', overlapHours: 24 });
    const issued = await api.post('/v1/api-keys', { name: 'k' }, { headers: { 'idempotency-key': 'once' } });
    // More than one batch of them.
    await before.database.query(
      `insert into webhooks (id, account_id, name, url, events, format, status, retry_policy, sealed_headers)
       select gen_random_uuid(), account_id, 'without secrets', url, events, format, status, retry_policy, null from webhooks, generate_series(1, 1100) n`,
    );
    const box = new SecretBox(before.config);
    for (const { id } of await before.database.query<{ id: string }>(
      'select id from webhooks where sealed_headers is null',
    ))
      await before.database.query('update webhooks set sealed_headers = $2 where id = $1', [
        id,
        box.seal('{}', { table: 'webhooks', column: 'sealed_headers', key: [id] }),
      ]);

    const resealed = await reseal(configOf(NEW_KEY, OLD_KEY));

    expect(resealed).toMatchObject({
      'webhooks.sealed_secrets': 1,
      'webhooks.sealed_headers': 1_101,
      'idempotent_answers.sealed_body': 1,
    });
    after = await startApp({
      modules: [ApiModule, DispatcherModule],
      env: { ENCRYPTION_KEY: NEW_KEY },
      with: before,
    });
    const tested = await after.http(key).post(`/v1/webhooks/${webhook.id}/test`);
    expect(tested.body.delivered).toBe(true);
    const [request] = receiver.requests;
    const signature = createHmac('sha256', 'the secret').update(request.body).digest('hex');
    expect(request.headers).toMatchObject({
      'x-webhook-signature': signature,
      'x-api-key': 'key-0123456789',
    });
    expect(request.headers['webhook-signature'].split(' ')).toHaveLength(2);
    const again = await after
      .http(key)
      .post('/v1/api-keys', { name: 'k' }, { headers: { 'idempotency-key': 'once' } });
    expect(again.body).toEqual(issued.body);
  });

  it('finds nothing to do a second time', async () => {
    const resealed = await reseal(configOf(NEW_KEY, OLD_KEY));
    expect(Object.values(resealed).every((count) => count === 0)).toBe(true);
  });

  it('stops and says which key is missing rather than lose what it cannot open', async () => {
    const sealedBefore = await before.database.query('select sealed_secrets from webhooks order by id');
    const other = Buffer.alloc(32, 3).toString('base64');
    await expect(reseal(configOf(other))).rejects.toThrow(/unknown encryption key/);
    expect(await before.database.query('select sealed_secrets from webhooks order by id')).toEqual(
      sealedBefore,
    );
  });
});
