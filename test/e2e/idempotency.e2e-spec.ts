import { createHash } from 'node:crypto';
import { Fingerprints, reseal, type Config } from '@app/platform';
import { ApiModule } from '../../apps/api/src/api.module';
import { IdempotentAnswers } from '../../apps/api/src/idempotency/idempotent-answers';
import { createAccount, startApp, type Answer, type HttpClient, type TestApp } from '../support';

describe('Idempotency-Key', () => {
  let app: TestApp;
  let api: HttpClient;
  let account: { id: string; key: string };
  let count = 0;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule] });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    account = await createAccount(app);
    api = app.http(account.key);
  });

  const WEBHOOK = { name: 'CRM', url: 'https://example.com/', events: ['CALL_COMPLETED'] };
  const newKey = (): string => `key-${++count}`;
  const post = (path: string, key: string, body?: unknown, http = api): Promise<Answer> =>
    http.post(path, body, { headers: { 'idempotency-key': key } });
  const countWebhooks = async (): Promise<number> => (await api.get('/v1/webhooks')).body.data.length;

  it('gives the same request the same answer, and does it once', async () => {
    const key = newKey();
    const first = await post('/v1/webhooks', key, WEBHOOK);
    const second = await post('/v1/webhooks', key, WEBHOOK);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect([first, second].map(({ headers }) => headers.get('etag'))).toEqual(['"1"', '"1"']);
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(await countWebhooks()).toBe(1);
  });

  it('does it once also when the same request comes several times at the same moment', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/webhooks', key, WEBHOOK)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await countWebhooks()).toBe(1);
  });

  it('answers 409, and when to come again, while the first request is under way', async () => {
    const key = newKey();
    const answers = app.get(IdempotentAnswers);
    const first = await answers.claim(account.id, key, `POST /v1/webhooks\n${JSON.stringify(WEBHOOK)}`);
    if (first.state !== 'first') throw new Error(first.state);
    const { status, body, headers } = await post('/v1/webhooks', key, WEBHOOK);
    expect([status, body.code, headers.get('retry-after')]).toEqual([409, 'conflict', '1']);
    await answers.release(first.claim);
    expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(201);
    expect(await countWebhooks()).toBe(1);
  });

  it('shows a new API key again to who asks again, though it is stored encrypted', async () => {
    const key = newKey();
    const first = await post('/v1/api-keys', key, { name: 'CRM server' });
    expect((await post('/v1/api-keys', key, { name: 'CRM server' })).body.key).toBe(first.body.key);
    const rows = await app.database.query('select * from idempotent_answers where key = $1', [key]);
    expect(rows[0].sealed_body).toMatch(/^v2\./);
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
  });

  it('keeps no hash of a request that somebody without the key could try secrets against', async () => {
    const key = newKey();
    await post('/v1/webhooks', key, { ...WEBHOOK, secret: 'guess me' });
    const [{ fingerprint }] = await app.database.query<{ fingerprint: Buffer }>('select fingerprint from idempotent_answers where key = $1', [key]);
    const request = `POST /v1/webhooks\n${JSON.stringify({ ...WEBHOOK, secret: 'guess me' })}`;
    for (const algorithm of ['sha256', 'sha512', 'sha1', 'md5'])
      expect(fingerprint.toString('hex')).not.toContain(createHash(algorithm).update(request).digest('hex').slice(0, 16));
    const elsewhere = new Fingerprints({ ...app.config, ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') } as Config, 'idempotency fingerprint');
    expect(elsewhere.of(request).subarray(4)).not.toEqual(fingerprint.subarray(4));
    expect(new Fingerprints(app.config, 'idempotency fingerprint').of(request)).toEqual(fingerprint);
  }); // prettier-ignore

  describe('after ENCRYPTION_KEY was replaced', () => {
    const NEW_KEY = Buffer.alloc(32, 8).toString('base64');

    it.each<[string, (old: string) => Record<string, string>, number]>([
      ['while the old key is configured', (old) => ({ PREVIOUS_ENCRYPTION_KEYS: old }), 422],
      ['when the old key is gone', () => ({}), 200],
    ])('answers a legitimate retry %s', async (_, previous, ofOther) => {
      const key = newKey();
      const first = await post('/v1/webhooks', key, WEBHOOK);
      const env = { ENCRYPTION_KEY: NEW_KEY, PREVIOUS_ENCRYPTION_KEYS: app.config.ENCRYPTION_KEY };
      await reseal({
        ...app.config,
        ...env,
        PREVIOUS_ENCRYPTION_KEYS: [app.config.ENCRYPTION_KEY],
      } as Config);
      const rotated = await startApp({
        modules: [ApiModule],
        env: { ENCRYPTION_KEY: NEW_KEY, ...previous(app.config.ENCRYPTION_KEY) },
        with: app,
      });
      try {
        const http = rotated.http(account.key);
        const second = await post('/v1/webhooks', key, WEBHOOK, http);
        expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
        expect(second.body).toEqual(first.body);
        // Another request with the key is found out as long as that is possible.
        const other = await post('/v1/webhooks', key, { ...WEBHOOK, name: 'Another' }, http);
        expect(other.status === 422 ? 422 : 200).toBe(ofOther);
        expect(await countWebhooks()).toBe(1);
      } finally {
        await rotated.close();
        const back = { ENCRYPTION_KEY: app.config.ENCRYPTION_KEY, PREVIOUS_ENCRYPTION_KEYS: [NEW_KEY] };
        await reseal({ ...app.config, ...back } as Config);
      }
    });

    it('takes over a request that died, by the old key or an unknown one', async () => {
      for (const { fingerprint } of [
        { fingerprint: 'fingerprint' },
        { fingerprint: `'\\x00000000'::bytea || substring(fingerprint from 5)` },
        { fingerprint: `''` },
      ]) {
        const key = newKey();
        await post('/v1/webhooks', key, WEBHOOK);
        await app.database.query(
          `update idempotent_answers set status_code = null, sealed_body = null, created_at = now() - interval '3 minutes',
                  fingerprint = ${fingerprint} where key = $1`,
          [key],
        );
        expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(201);
      }
    });
  });

  it.each([
    ['body', '/v1/webhooks', { ...WEBHOOK, name: 'Another' }],
    ['route', '/v1/api-keys', { name: 'CRM server' }],
  ])('refuses the key for another %s', async (_, path, body) => {
    const key = newKey();
    await post('/v1/webhooks', key, WEBHOOK);
    const answer = await post(path, key, body);
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('is the account’s own: another account may use the same key', async () => {
    const key = newKey();
    const mine = await post('/v1/webhooks', key, WEBHOOK);
    const other = app.http((await createAccount(app)).key);
    const theirs = await post('/v1/webhooks', key, WEBHOOK, other);
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('does not keep what failed: it may be tried again with the same key', async () => {
    const key = newKey();
    expect((await post('/v1/webhooks', key, { ...WEBHOOK, name: '' })).status).toBe(400);
    expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(201);
  });

  it('is forgotten after 24 hours', async () => {
    const key = newKey();
    await post('/v1/webhooks', key, WEBHOOK);
    await app.database.query(
      `update idempotent_answers set created_at = created_at - interval '24 hours 1 second' where key = $1`,
      [key],
    );
    const later = await post('/v1/webhooks', key, { ...WEBHOOK, name: 'Another' });
    expect([later.status, later.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await countWebhooks()).toBe(2);
  });

  it('is taken over from a process that died before it could answer', async () => {
    const key = newKey();
    await post('/v1/webhooks', key, WEBHOOK);
    await app.database.query(
      `update idempotent_answers set status_code = null, sealed_body = null where key = $1`,
      [key],
    );
    expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(409);
    await app.database.query(
      `update idempotent_answers set created_at = now() - interval '3 minutes' where key = $1`,
      [key],
    );
    expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(201);
  });

  it.each([[''], ['x'.repeat(256)], ['with space'], ['café']])('refuses the key %p', async (key) => {
    expect((await post('/v1/webhooks', key, WEBHOOK)).status).toBe(400);
    expect(await countWebhooks()).toBe(0);
  });

  it('means nothing to a caller without an API key', async () => {
    expect((await post('/v1/webhooks', newKey(), WEBHOOK, app.http())).status).toBe(401);
  });
});
