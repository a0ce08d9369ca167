import { ApiModule } from '../../apps/api/src/api.module';
import { ApiKeyService, generateKey } from '@app/accounts';
import { createAccount, eventually, startApp, TEST_ACTOR, type HttpClient, type TestApp } from '../support';

describe('/v1/api-keys', () => {
  let app: TestApp;
  let otherProcess: TestApp;
  let api: HttpClient;
  let account: { id: string; key: string };

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule] });
    otherProcess = await startApp({ modules: [ApiModule], with: app });
  });
  afterAll(async () => {
    await otherProcess.close();
    await app.close();
  });
  beforeEach(async () => {
    account = await createAccount(app);
    api = app.http(account.key);
  });

  const issue = async (
    body: object = { name: 'CRM server' },
  ): Promise<{ id: string; key: string } & Record<string, any>> =>
    (await api.post('/v1/api-keys', body)).body;

  it('issues a key that works, and shows it this once', async () => {
    const { status, body } = await api.post('/v1/api-keys', {
      name: 'CRM server',
      expiresAt: '2099-01-01T00:00:00+01:00',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^key_/),
      name: 'CRM server',
      key: expect.stringMatching(/^skc_live_[0-9A-Za-z]{38}$/),
      hint: `skc_live_…${body.key.slice(-4)}`,
      createdAt: expect.any(String),
      lastUsedAt: null,
      expiresAt: '2098-12-31T23:00:00.000Z',
      revokedAt: null,
    });
    const list = await app.http(body.key).get('/v1/api-keys');
    expect(list.status).toBe(200);
    expect(list.body.data.map(({ id }: { id: string }) => id)).toContain(body.id);
    expect(JSON.stringify(list.body)).not.toContain(body.key);
  });

  it('stores a hash of the key only', async () => {
    const { key, id } = await issue();
    const rows = await app.database.query<{ hash: Buffer }>('select * from api_keys where id = $1', [
      id.slice(4),
    ]);
    expect(rows[0].hash).toHaveLength(32);
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(rows[0].hash.includes(key)).toBe(false);
  });

  it.each([
    ['without a name', {}],
    ['with a blank name', { name: ' ' }],
    ['with a name that is too long', { name: 'n'.repeat(101) }],
    ['that expired already', { name: 'k', expiresAt: '2020-01-01T00:00:00Z' }],
    ['with a time that has no zone', { name: 'k', expiresAt: '2099-01-01T00:00:00' }],
    ['with a day that does not exist', { name: 'k', expiresAt: '2099-02-31T25:00:00Z' }],
    ['with a number as time', { name: 'k', expiresAt: 4_102_444_800 }],
    ['with an unknown field', { name: 'k', scope: 'all' }],
  ])('does not issue a key %s', async (_, body) => {
    expect((await api.post('/v1/api-keys', body)).status).toBe(400);
  });

  it('refuses no key, one that is no key, a mistyped and an unknown one, with a challenge', async () => {
    const answers = await Promise.all(
      [
        undefined,
        'nonsense',
        account.key.slice(0, -1) + (account.key.endsWith('x') ? 'y' : 'x'),
        generateKey(),
      ].map((key) => app.http(key).get('/v1/api-keys')),
    );
    for (const { status, body, headers } of answers) {
      expect([status, body.type]).toEqual([401, 'urn:skipcalls:problem:unauthorized']);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="skipcalls"/);
    }
  });

  it.each([['Basic'], ['Token'], ['bearer:']])('does not take a key under the scheme %s', async (scheme) => {
    const { status } = await app
      .http()
      .get('/v1/api-keys', { headers: { authorization: `${scheme} ${account.key}` } });
    expect(status).toBe(401);
  });

  it('refuses an expired key', async () => {
    const { id, key } = await issue();
    await app.database.query(`update api_keys set expires_at = now() where id = $1`, [id.slice(4)]);
    expect((await app.http(key).get('/v1/api-keys')).status).toBe(401);
  });

  it('refuses a revoked key at once in this process, and within a second in another', async () => {
    const { id, key } = await issue();
    const here = app.http(key);
    const there = otherProcess.http(key);
    expect([(await here.get('/v1/api-keys')).status, (await there.get('/v1/api-keys')).status]).toEqual([
      200, 200,
    ]);
    expect((await api.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    expect((await here.get('/v1/api-keys')).status).toBe(401);
    await eventually(async () => expect((await there.get('/v1/api-keys')).status).toBe(401), {
      withinMs: 1_000,
    });
    expect(
      (await api.get('/v1/api-keys')).body.data.find((one: { id: string }) => one.id === id).revokedAt,
    ).not.toBeNull();
  });

  it('refuses a revoked key within a second and a bit in another process even if nobody is told', async () => {
    const { id, key } = await issue();
    const there = otherProcess.http(key);
    expect((await there.get('/v1/api-keys')).status).toBe(200);
    await app.database.query('update api_keys set revoked_at = now() where id = $1', [id.slice(4)]);
    await eventually(async () => expect((await there.get('/v1/api-keys')).status).toBe(401), {
      withinMs: 1_300,
    });
  });

  it('revokes twice as once, but not the key of another account', async () => {
    const { id } = await issue();
    expect((await api.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    expect((await api.delete(`/v1/api-keys/${id}`)).status).toBe(204);
    const other = await createAccount(app);
    const otherKey = (await app.http(other.key).get('/v1/api-keys')).body.data[0].id;
    expect((await api.delete(`/v1/api-keys/${otherKey}`)).status).toBe(404);
    expect((await app.http(other.key).get('/v1/api-keys')).status).toBe(200);
    const trail = await app.database.query(
      'select action from audit_entries where subject = $1 order by id',
      [id],
    );
    expect(trail.map(({ action }) => action)).toEqual(['api-key.create', 'api-key.revoke']);
  });

  it('notes when a key was last used, to the minute, without a write for every request', async () => {
    const { id, key } = await issue();
    for (let i = 0; i < 20; i++) await app.http(key).get('/v1/webhooks');
    const lastUsed = (): Promise<any> =>
      app.database.query('select last_used_at, xmin from api_keys where id = $1', [id.slice(4)]);
    const [first] = await eventually(async () => {
      const rows = await lastUsed();
      expect(rows[0].last_used_at).not.toBeNull();
      return rows;
    });
    for (let i = 0; i < 20; i++) await app.http(key).get('/v1/webhooks');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await lastUsed()).toEqual([first]);
  });

  it('costs no query a request at load', async () => {
    const keys = app.get(ApiKeyService);
    await keys.authenticate(account.key);
    const sql = jest.spyOn((keys as any).authenticator.sql, 'rows');
    for (let i = 0; i < 1_000; i++) await keys.authenticate(account.key);
    const queries = sql.mock.calls.length;
    sql.mockRestore();
    expect(queries).toBeLessThan(5);
  });

  it('has a limit of keys that an account may hold at the same time', async () => {
    const keys = app.get(ApiKeyService);
    for (let i = 1; i < 100; i++) await keys.issue(account.id, { name: `Key ${i}` }, TEST_ACTOR);
    const refused = await api.post('/v1/api-keys', { name: 'One more' });
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    const { data } = (await api.get('/v1/api-keys', { query: { limit: 1 } })).body;
    await api.delete(`/v1/api-keys/${data[0].id}`);
    expect((await api.post('/v1/api-keys', { name: 'One more' })).status).toBe(201);
  });
});
