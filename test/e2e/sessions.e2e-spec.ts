import { ApiModule } from '../../apps/api/src/api.module';
import { AccountsHttpModule } from '../../apps/dispatcher/src/accounts.module';
import {
  createAccount,
  PUBLISHER_TOKEN,
  startApp,
  type Answer,
  type HttpClient,
  type TestApp,
} from '../support';

/** What pages of the dashboard send with every request. */
const OWN_PAGE = { 'x-requested-with': 'skipcalls-dashboard', 'sec-fetch-site': 'same-origin' };

describe('dashboard sessions', () => {
  let app: TestApp;
  let platform: HttpClient;
  let account: { id: string; key: string };

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, AccountsHttpModule] });
    platform = app.http(PUBLISHER_TOKEN);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    account = await createAccount(app, 'Acme Solar');
  });

  const newLink = async (body: object = {}): Promise<string> => {
    const { body: link } = await platform.post(`/internal/v1/accounts/${account.id}/dashboard-links`, body);
    const url = new URL(link.url);
    return url.pathname + url.search;
  };
  const cookieOf = (answer: Answer): string => (answer.headers.getSetCookie()[0] ?? '').split(';')[0];
  const signIn = async (): Promise<string> => cookieOf(await app.http().post(await newLink()));
  const as = (cookie: string, more: object = {}) => ({ headers: { cookie, ...more } });

  describe('accounts made by the platform', () => {
    it('come with a key that works', async () => {
      const { status, body } = await platform.post('/internal/v1/accounts', {
        name: 'Acme',
        externalId: 'customer-1',
      });
      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.stringMatching(/^acc_/),
        name: 'Acme',
        externalId: 'customer-1',
        apiKey: expect.stringMatching(/^skc_live_/),
      });
      expect((await app.http(body.apiKey).get('/v1/session')).body.account).toEqual({
        id: body.id,
        name: 'Acme',
      });
    });

    it('are not made twice for one external id, and the first one is named', async () => {
      const first = await platform.post('/internal/v1/accounts', { name: 'Acme', externalId: 'customer-2' });
      const { status, body } = await platform.post('/internal/v1/accounts', {
        name: 'Acme',
        externalId: 'customer-2',
      });
      expect([status, body.code]).toEqual([409, 'conflict']);
      expect(body.detail).toContain(first.body.id);
    });

    it.each([
      [{}],
      [{ name: '' }],
      [{ name: 'a\0' }],
      [{ name: 'n'.repeat(201) }],
      [{ name: 'a', externalId: '' }],
      [{ name: 'a', x: 1 }],
      [[]],
    ])('are refused with %j', async (body) =>
      expect((await platform.post('/internal/v1/accounts', body)).status).toBe(400),
    );

    it.each([
      ['no token', undefined],
      ['a wrong token', 'publisher-token-of-the-test$'],
      ['a customer’s key', 'key'],
    ])('cannot be made with %s', async (_, token) => {
      const http = app.http(token === 'key' ? account.key : token);
      expect((await http.post('/internal/v1/accounts', { name: 'x' })).status).toBe(401);
      expect((await http.post(`/internal/v1/accounts/${account.id}/dashboard-links`)).status).toBe(401);
    });

    it('are not shown to the platform by a key route', async () => {
      expect((await app.http(PUBLISHER_TOKEN).get('/v1/webhooks')).status).toBe(401);
    });
  });

  describe('links', () => {
    it('open a page with one button, which opens the dashboard signed in', async () => {
      const link = await newLink();
      const page = await app.http().get(link);
      expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
      expect(page.body).toContain(`<form method="post" action="${link}">`);
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/);
      expect(page.headers.get('cache-control')).toBe('no-store');
      const answer = await app.http().post(link);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard/']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const [cookie] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
      const { status, body } = await app.http().get('/v1/session', as(cookieOf(answer)));
      expect(status).toBe(200);
      expect(body).toEqual({
        account: { id: account.id, name: 'Acme Solar' },
        expiresAt: expect.any(String),
        scopes: ['ADMIN'],
        keysExpireBy: null,
        actor: null,
      });
      const hours = (Date.parse(body.expiresAt) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(11.9);
      expect(hours).toBeLessThanOrEqual(12);
    });

    it('work once, also when several requests use one at the same moment', async () => {
      const link = await newLink();
      const answers = await Promise.all([1, 2, 3, 4].map(() => app.http().post(link)));
      expect(answers.map((answer) => answer.headers.getSetCookie().length).sort()).toEqual([0, 0, 0, 1]);
      for (const again of [await app.http().post(link), await app.http().get(link)]) {
        expect([again.status, again.headers.get('location'), again.headers.getSetCookie()]).toEqual([
          303,
          '/dashboard/?link=unusable',
          [],
        ]);
      }
    });

    it('are not used up by the GET of a mail scanner, a preview, or a prefetch', async () => {
      const link = await newLink();
      for (let i = 0; i < 5; i++) {
        expect((await app.http().get(link)).headers.getSetCookie()).toEqual([]);
        await app.http().send('HEAD', link);
        await app.http().get(link, { headers: { 'sec-purpose': 'prefetch;prerender' } });
      }
      expect((await app.http().post(link)).headers.getSetCookie()).toHaveLength(1);
    });

    it('cannot be used by the page of another site', async () => {
      const link = await newLink();
      for (const site of ['cross-site', 'same-site', 'none']) {
        const { headers } = await app.http().post(link, undefined, { headers: { 'sec-fetch-site': site } });
        expect(headers.getSetCookie()).toEqual([]);
      }
      const own = await app.http().post(link, undefined, { headers: { 'sec-fetch-site': 'same-origin' } });
      expect(own.headers.getSetCookie()).toHaveLength(1);
    });

    it('sign in the person that the platform names, and the trail names them too', async () => {
      const actor = { id: 'user-17', name: 'Ada Lovelace', email: 'ada@example.com' };
      const cookie = cookieOf(await app.http().post(await newLink({ actor })));
      expect((await app.http().get('/v1/session', as(cookie))).body.actor).toEqual(actor);
      const body = { name: 'CRM', url: 'https://example.com/', events: ['CALL_COMPLETED'] };
      const { body: webhook } = await app.http().post('/v1/webhooks', body, as(cookie, OWN_PAGE));
      const [entry] = await app.database.query(
        'select actor_kind, actor_id, actor_name, credential_id from audit_entries where subject = $1',
        [webhook.id],
      );
      expect(entry).toEqual({
        actor_kind: 'dashboard',
        actor_id: 'user-17',
        actor_name: 'Ada Lovelace',
        credential_id: expect.stringMatching(/^ses_/),
      });
    });

    it.each([
      [{ actor: 'Ada' }],
      [{ actor: null }],
      [{ actor: {} }],
      [{ actor: { id: 'user-17' } }],
      [{ actor: { id: '', name: 'Ada' } }],
      [{ actor: { id: 'user-17', name: 'Ada', email: 'nobody' } }],
      [{ actor: { id: 'user-17', name: 'Ada', role: 'ADMIN' } }],
      [{ person: {} }],
    ])('are refused for %j', async (body) => {
      const { status } = await platform.post(`/internal/v1/accounts/${account.id}/dashboard-links`, body);
      expect(status).toBe(400);
    });

    it('are refused when they are too old, unknown, or no links at all', async () => {
      const old = await newLink();
      await app.database.query(`update dashboard_links set expires_at = now()`);
      for (const link of [
        old,
        `/dashboard/login?token=${'x'.repeat(43)}`,
        '/dashboard/login?token=',
        '/dashboard/login',
        '/dashboard/login?token=a&token=b',
      ]) {
        expect((await app.http().get(link)).status).toBe(303);
        expect((await app.http().post(link)).headers.getSetCookie()).toEqual([]);
      }
    });

    it('are not made for an account that does not exist', async () => {
      expect(
        (
          await platform.post(
            '/internal/v1/accounts/acc_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22/dashboard-links',
          )
        ).status,
      ).toBe(404);
    });

    it('and sessions are stored as hashes only', async () => {
      const link = await newLink();
      const cookie = cookieOf(await app.http().post(link));
      const stored = await app.database.query<{ hash: Buffer }>(
        'select hash from dashboard_links union select hash from dashboard_sessions',
      );
      for (const { hash } of stored) {
        expect(link).not.toContain(hash.toString('base64url'));
        expect(cookie).not.toContain(hash.toString('base64url'));
      }
    });
  });

  describe('a session', () => {
    it('reads and changes like a key, and is named in the trail', async () => {
      const cookie = await signIn();
      const body = { name: 'CRM', url: 'https://example.com/', events: ['CALL_COMPLETED'] };
      const made = await app.http().post('/v1/webhooks', body, as(cookie, OWN_PAGE));
      expect(made.status).toBe(201);
      expect((await app.http().get('/v1/webhooks', as(cookie))).body.data).toHaveLength(1);
      const trail = await app.database.query(
        'select actor_kind, actor_id from audit_entries where subject = $1',
        [made.body.id],
      );
      expect(trail).toEqual([{ actor_kind: 'dashboard', actor_id: expect.stringMatching(/^ses_/) }]);
    });

    it.each([
      ['without the header of our own pages', {}],
      ['from another site', { ...OWN_PAGE, 'sec-fetch-site': 'cross-site' }],
      ['from another subdomain', { ...OWN_PAGE, 'sec-fetch-site': 'same-site' }],
    ])('changes nothing %s', async (_, headers) => {
      const cookie = await signIn();
      for (const [method, path] of [
        ['POST', '/v1/api-keys'],
        ['DELETE', '/v1/session'],
        ['PATCH', '/v1/webhooks/x'],
      ]) {
        const { status, body } = await app
          .http()
          .send(method, path, method === 'DELETE' ? undefined : { name: 'x' }, as(cookie, headers));
        expect([method, status, body.code]).toEqual([method, 403, 'forbidden']);
      }
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(200);
    });

    it('cannot be reached by other origins with cookies', async () => {
      const { headers } = await app.http().send('OPTIONS', '/v1/webhooks', undefined, {
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-requested-with',
        },
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    });

    it('ends at once when it is signed out', async () => {
      const cookie = await signIn();
      const { status, headers } = await app.http().delete('/v1/session', as(cookie, OWN_PAGE));
      expect(status).toBe(204);
      expect(headers.getSetCookie()[0]).toMatch(/^skipcalls_session=; .*Expires=Thu, 01 Jan 1970/);
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(401);
    });

    it('is over after its time', async () => {
      const cookie = await signIn();
      await app.database.query('update dashboard_sessions set expires_at = now()');
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(401);
    });

    it.each([
      ['skipcalls_session='],
      [`skipcalls_session=${'x'.repeat(43)}`],
      ['skipcalls_session=%00'],
      [`other=${'x'.repeat(43)}`],
    ])('is not opened by the cookie %s', async (cookie) =>
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(401),
    );

    it('does not help who shows a wrong key beside it', async () => {
      const cookie = await signIn();
      expect((await app.http('skc_live_wrong').get('/v1/session', as(cookie))).status).toBe(401);
    });
  });

  describe('the list of sessions', () => {
    it('shows those that are signed in, and ends them', async () => {
      const actor = { id: 'user-17', name: 'Ada Lovelace' };
      const mine = cookieOf(await app.http().post(await newLink({ actor })));
      const byKey = await app.http().post('/v1/session', { apiKey: account.key });
      const other = byKey.headers.getSetCookie()[0].split(';')[0];
      const { body } = await app.http().get('/v1/sessions', as(mine));
      expect(body.data).toEqual([
        expect.objectContaining({
          openedBy: { kind: 'KEY', id: expect.stringMatching(/^key_/), name: 'First key' },
          actor: null,
          current: false,
        }),
        expect.objectContaining({
          openedBy: { kind: 'LINK', id: null, name: null },
          actor: { ...actor, email: null },
          current: true,
        }),
      ]);
      const ended = await app.http().delete(`/v1/sessions/${body.data[0].id}`, as(mine, OWN_PAGE));
      expect(ended.status).toBe(204);
      expect((await app.http().get('/v1/session', as(other))).status).toBe(401);
      expect((await app.http().get('/v1/sessions', as(mine))).body.data).toHaveLength(1);
    });

    it('does not show or end a session of another account', async () => {
      const cookie = await signIn();
      const [{ id }] = (await app.http().get('/v1/sessions', as(cookie))).body.data;
      const stranger = app.http((await createAccount(app)).key);
      expect((await stranger.get('/v1/sessions')).body.data).toEqual([]);
      expect((await stranger.delete(`/v1/sessions/${id}`)).status).toBe(404);
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(200);
    });

    it('holds no token or hash', async () => {
      const cookie = await signIn();
      const text = JSON.stringify((await app.http().get('/v1/sessions', as(cookie))).body);
      expect(text).not.toContain(cookie.split('=')[1]);
      expect(text).not.toMatch(/hash|token/i);
    });
  });

  describe('a suspended account', () => {
    it('gets 403 with its keys and sessions, cannot sign in, and works again when it is active', async () => {
      const cookie = await signIn();
      const path = `/internal/v1/accounts/${account.id}`;
      const suspended = await platform.patch(path, { status: 'SUSPENDED' });
      expect([suspended.status, suspended.body.status]).toEqual([200, 'SUSPENDED']);
      for (const answer of [
        await app.http(account.key).get('/v1/webhooks'),
        await app.http(account.key).get('/v1/session'),
        await app.http().get('/v1/webhooks', as(cookie)),
        await app.http().post('/v1/session', { apiKey: account.key }),
      ])
        expect([answer.status, answer.body.code]).toEqual([403, 'account_suspended']);
      await platform.patch(path, { status: 'ACTIVE', name: 'Acme Wind' });
      expect((await app.http(account.key).get('/v1/session')).body.account.name).toBe('Acme Wind');
      expect((await app.http().get('/v1/webhooks', as(cookie))).status).toBe(200);
    });

    it.each([[{ status: 'DELETED' }], [{ status: null }], [{ name: '' }], [{ retentionDays: 7 }]])(
      'is not made by %j',
      async (body) => {
        const { status } = await platform.patch(`/internal/v1/accounts/${account.id}`, body);
        expect(status).toBe(400);
      },
    );

    it('cannot be made by a customer, nor of an account that does not exist', async () => {
      const path = `/internal/v1/accounts/${account.id}`;
      expect((await app.http(account.key).patch(path, { status: 'SUSPENDED' })).status).toBe(401);
      const unknown = '/internal/v1/accounts/acc_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22';
      expect((await platform.patch(unknown, { status: 'SUSPENDED' })).status).toBe(404);
    });
  });

  describe('signing in with a key', () => {
    it('gives a cookie for it, which ends with the key', async () => {
      const { status, body, headers } = await app.http().post('/v1/session', { apiKey: ` ${account.key}\n` });
      expect([status, body.account.id]).toEqual([201, account.id]);
      const cookie = headers.getSetCookie()[0].split(';')[0];
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(200);
      const keyId = (await app.http(account.key).get('/v1/api-keys')).body.data[0].id;
      await app.http(account.key).delete(`/v1/api-keys/${keyId}`);
      expect((await app.http().get('/v1/session', as(cookie))).status).toBe(401);
    });

    it('tells an API key from a session', async () => {
      expect((await app.http(account.key).get('/v1/session')).body).toEqual({
        account: { id: account.id, name: 'Acme Solar' },
        expiresAt: null,
        scopes: ['ADMIN'],
        keysExpireBy: null,
        actor: null,
      });
      expect((await app.http(account.key).delete('/v1/session')).status).toBe(404);
    });

    it('is refused with a wrong key beside the field, and throttled', async () => {
      const first = await app.http().post('/v1/session', { apiKey: 'skc_live_wrong' });
      expect([first.status, first.body.errors[0].path]).toEqual([400, 'apiKey']);
      const statuses: number[] = [];
      for (let i = 0; i < 61 && !statuses.includes(429); i++)
        statuses.push((await app.http().post('/v1/session', { apiKey: 'x' })).status);
      const last = await app.http().post('/v1/session', { apiKey: account.key });
      expect([last.status, last.body.code]).toEqual([429, 'rate_limited']);
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  it('is a __Host- cookie on https, and reaches into iframes of allowed origins only there', async () => {
    const secure = await startApp({
      modules: [ApiModule, AccountsHttpModule],
      env: { PUBLIC_URL: 'https://webhooks.example.com', ALLOWED_ORIGINS: 'https://app.example.com' },
    });
    try {
      const { id } = await createAccount(secure);
      const { body } = await secure.http(PUBLISHER_TOKEN).post(`/internal/v1/accounts/${id}/dashboard-links`);
      expect(body.url).toMatch(/^https:\/\/webhooks\.example\.com\/dashboard\/login\?token=/);
      const url = new URL(body.url);
      const [cookie] = (await secure.http().post(url.pathname + url.search)).headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-skipcalls_session=/);
      expect(cookie.split('; ')).toEqual(
        expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=None', 'Partitioned', 'Path=/']),
      );
    } finally {
      await secure.close();
    }
  });
});
