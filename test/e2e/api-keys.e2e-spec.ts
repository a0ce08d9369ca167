import { ApiModule } from '../../apps/api/src/api.module';
import { describeApi, routesOf } from '../../apps/api/src/docs';
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
      scopes: ['ADMIN'],
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
    ['with an unknown scope', { name: 'k', scopes: ['OWNER'] }],
    ['with no scope', { name: 'k', scopes: [] }],
    ['with a scope twice', { name: 'k', scopes: ['READ', 'READ'] }],
    ['with scopes that are null', { name: 'k', scopes: null }],
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
    expect([refused.status, refused.body.code]).toEqual([409, 'limit_reached']);
    const { data } = (await api.get('/v1/api-keys', { query: { limit: 1 } })).body;
    await api.delete(`/v1/api-keys/${data[0].id}`);
    expect((await api.post('/v1/api-keys', { name: 'One more' })).status).toBe(201);
  });

  it('does not count keys that have expired toward the limit', async () => {
    const keys = app.get(ApiKeyService);
    for (let i = 1; i < 100; i++) await keys.issue(account.id, { name: `Key ${i}` }, TEST_ACTOR);
    expect((await api.post('/v1/api-keys', { name: 'One more' })).status).toBe(409);
    await app.database.query(
      `update api_keys set expires_at = now() - interval '1 second' where account_id = $1 and name = 'Key 7'`,
      [account.id.slice(4)],
    );
    expect((await api.post('/v1/api-keys', { name: 'One more' })).status).toBe(201);
  });

  it('does not let keys that are created at the same moment exceed the limit', async () => {
    const keys = app.get(ApiKeyService);
    for (let i = 1; i < 95; i++) await keys.issue(account.id, { name: `Key ${i}` }, TEST_ACTOR);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? api : otherProcess.http(account.key)).post('/v1/api-keys', { name: `Race ${i}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'limit_reached')).toHaveLength(15);
  });

  describe('scopes', () => {
    const webhook = { name: 'CRM', url: 'https://example.com/', events: ['CALL_COMPLETED'] };

    it.each([
      [['READ'], { read: 200, manage: 403, admin: 403 }],
      [['MANAGE'], { read: 403, manage: 201, admin: 403 }],
      [['READ', 'MANAGE'], { read: 200, manage: 201, admin: 403 }],
      [['ADMIN'], { read: 200, manage: 201, admin: 200 }],
    ])('%j may do just that', async (scopes, expected) => {
      const issued = await issue({ name: 'k', scopes });
      expect(issued['scopes']).toEqual(scopes);
      const http = app.http(issued.key);
      expect((await http.get('/v1/webhooks')).status).toBe(expected.read);
      expect((await http.post('/v1/webhooks', webhook)).status).toBe(expected.manage);
      expect((await http.get('/v1/api-keys')).status).toBe(expected.admin);
      expect((await http.get('/v1/session')).body.scopes).toEqual(scopes);
    });

    it('are required by every route, and refused with the name of the one that is missing', async () => {
      const document = describeApi(app.nest);
      const key = (await issue({ name: 'reader', scopes: ['READ'] })).key;
      let refused = 0;
      for (const { method, path, operation } of routesOf(document)) {
        if (!path.startsWith('/v1/') || !operation.security?.length) continue;
        const scope = (operation as any)['x-required-scope'];
        expect([path, scope]).toEqual([path, expect.stringMatching(/^(READ|MANAGE|ADMIN|ANY)$/)]);
        if (scope === 'READ' || scope === 'ANY') continue;
        const url = path.replace(/\{\w+\}/, 'x');
        const { status, body, headers } = await app
          .http(key)
          .send(method.toUpperCase(), url, ['get', 'delete'].includes(method) ? undefined : {});
        expect([path, status, body.code]).toEqual([path, 403, 'insufficient_scope']);
        expect(headers.get('www-authenticate')).toContain(`error="insufficient_scope", scope="${scope}"`);
        refused += 1;
      }
      expect(refused).toBeGreaterThan(10);
    });

    it('hold for a dashboard session that the key opens', async () => {
      const key = (await issue({ name: 'reader', scopes: ['READ'] })).key;
      const opened = await app.http().post('/v1/session', { apiKey: key });
      expect(opened.body.scopes).toEqual(['READ']);
      const headers = { cookie: opened.headers.getSetCookie()[0].split(';')[0], 'x-requested-with': 'test' };
      expect((await app.http().get('/v1/webhooks', { headers })).status).toBe(200);
      expect((await app.http().post('/v1/webhooks', webhook, { headers })).status).toBe(403);
      expect((await app.http().post('/v1/api-keys', { name: 'k' }, { headers })).status).toBe(403);
    });
  });

  describe('a key that was created by a key', () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const inTwoHours = new Date(Date.now() + 7_200_000).toISOString();

    it.each([
      ['never expires', {}],
      ['never expires, explicitly', { expiresAt: null }],
      ['expires later', { expiresAt: inTwoHours }],
    ])('does not outlive it: one that %s is refused', async (_, settings) => {
      const parent = app.http((await issue({ name: 'parent', expiresAt: inAnHour })).key);
      const refused = await parent.post('/v1/api-keys', { name: 'child', ...settings });
      expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
        403,
        'forbidden',
        'expiresAt',
      ]);
      expect((await parent.post('/v1/api-keys', { name: 'child', expiresAt: inAnHour })).status).toBe(201);
    });

    it('does not outlive it by way of a session either', async () => {
      const parent = await issue({ name: 'parent', expiresAt: inAnHour });
      const opened = await app.http().post('/v1/session', { apiKey: parent.key });
      expect(opened.body.keysExpireBy).toBe(inAnHour);
      const headers = { cookie: opened.headers.getSetCookie()[0].split(';')[0], 'x-requested-with': 'test' };
      const create = (expiresAt?: string) =>
        app.http().post('/v1/api-keys', { name: 'child', expiresAt }, { headers });
      expect((await create()).status).toBe(403);
      expect((await create(inTwoHours)).status).toBe(403);
      expect((await create(inAnHour)).status).toBe(201);
    });

    it('is revoked with it, and so is what it created itself: keys and sessions', async () => {
      const parent = await issue({ name: 'parent' });
      const child = (await app.http(parent.key).post('/v1/api-keys', { name: 'child' })).body;
      const opened = await app.http().post('/v1/session', { apiKey: child.key });
      const headers = { cookie: opened.headers.getSetCookie()[0].split(';')[0], 'x-requested-with': 'test' };
      const grandchild = (await app.http().post('/v1/api-keys', { name: 'grandchild' }, { headers })).body;
      const stranger = await issue({ name: 'sibling of the parent' });
      const live = [parent, child, grandchild, stranger].map(({ key }) => app.http(key));
      for (const http of live) expect((await http.get('/v1/session')).status).toBe(200);

      await api.delete(`/v1/api-keys/${parent.id}`);
      const after = await Promise.all(live.map(async (http) => (await http.get('/v1/session')).status));
      expect(after).toEqual([401, 401, 401, 200]);
      expect((await app.http().get('/v1/session', { headers })).status).toBe(401);
      expect((await api.get('/v1/sessions')).body.data).toEqual([]);
      const trail = await app.database.query(
        `select subject from audit_entries where action = 'api-key.revoke' and details->>'revokedWith' = $1`,
        [parent.id],
      );
      expect(trail.map(({ subject }) => subject).sort()).toEqual([child.id, grandchild.id].sort());
    });

    it('is not left behind when the two happen at the same moment', async () => {
      for (let round = 0; round < 5; round++) {
        const parent = await issue({ name: 'parent' });
        const http = app.http(parent.key);
        expect((await http.get('/v1/session')).status).toBe(200);
        const [created] = await Promise.all([
          http.post('/v1/api-keys', { name: 'child' }),
          otherProcess.http(account.key).delete(`/v1/api-keys/${parent.id}`),
        ]);
        if (created.status === 201)
          await eventually(async () =>
            expect((await app.http(created.body.key).get('/v1/session')).status).toBe(401),
          );
        else expect(created.status).toBe(401);
      }
    });
  });
});
