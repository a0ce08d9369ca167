import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { DispatcherCommands, requestHeaders } from '@app/delivery';
import { isOwnRequest } from '@app/platform';
import {
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type HttpClient,
  type TestApp,
} from '../support';

/** What a customer could do with webhooks against this service, other customers, or the owner of a stolen session. */
describe('webhooks cannot be turned against this service or others', () => {
  let app: TestApp;
  let otherProcess: TestApp;
  let receiver: Receiver;
  let account: { id: string; key: string };
  let api: HttpClient;

  beforeAll(async () => {
    const modules = [ApiModule, DispatcherModule];
    app = await startApp({ modules, env: { MAX_WEBHOOKS_PER_ACCOUNT: '25' } });
    otherProcess = await startApp({
      modules: [ApiModule],
      with: app,
      env: { MAX_WEBHOOKS_PER_ACCOUNT: '25' },
    });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver.stop();
    await otherProcess.close();
    await app.close();
  });
  beforeEach(async () => {
    account = await createAccount(app);
    api = app.http(account.key);
    receiver.forget();
  });

  const input = (url: string, more: object = {}) => ({
    name: 'CRM', url, events: ['CALL_COMPLETED'], ...more,
  }); // prettier-ignore
  const create = async (url: string, more: object = {}): Promise<string> => {
    const { status, body } = await api.post('/v1/webhooks', input(url, more));
    expect([status, body.detail]).toEqual([201, undefined]);
    return body.id as string;
  };
  /** What the webhook's receiver gets, by the names of its headers. */
  const received = async (webhookId: string): Promise<Record<string, string>> => {
    expect((await api.post(`/v1/webhooks/${webhookId}/test`, {})).status).toBe(200);
    return receiver.requests.at(-1)!.headers;
  };

  describe('a request that this service sent itself', () => {
    it('gets 508 on every spelling of /v1 and /internal, whatever key or token it has', async () => {
      const headers = await received(
        await create(receiver.url(), { headers: { User_Agent: 'x', Via: '1.1 x' } }),
      );
      expect(isOwnRequest(headers)).toBe(true);
      const { 'user-agent': agent, 'x-webhook-delivery': delivery, 'webhook-id': event } = headers;
      for (const marks of [
        { 'user-agent': agent },
        { 'user-agent': agent.toUpperCase() },
        { 'user-agent': 'Amazon CloudFront', 'x-webhook-delivery': delivery },
        { 'user-agent': 'proxy', 'webhook-id': event },
      ] as Record<string, string>[])
        for (const token of [account.key, PUBLISHER_TOKEN, undefined])
          for (const [method, path] of [
            ['POST', '/v1/deliveries/dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22/retry'],
            ['GET', '/v1/webhooks'],
            ['POST', '/V1/webhooks'],
            ['POST', '/internal/v1/events'],
            ['POST', '/internal/v1/events/batch'],
            ['POST', '/INTERNAL/v1/accounts'],
          ]) {
            const body = method === 'GET' ? undefined : '{"never": "parsed';
            const answer = await app.http(token).send(method, path, body, { headers: marks });
            expect([path, answer.status, answer.body?.code]).toEqual([path, 508, 'loop_detected']);
            expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
          }
    });

    it('is known by headers that the webhook’s own cannot replace', () => {
      const target = {
        customHeaders: {
          'User-Agent': 'curl/8', 'user-agent': 'curl/8', 'X-Webhook-Delivery': 'x', 'WEBHOOK-ID': 'x',
        },
        signerAt: () => ({ sign: () => ({}) }),
      }; // prettier-ignore
      const sent = requestHeaders({
        target, body: Buffer.from('{}'), eventId: 'evt_1', eventType: 'CALL_COMPLETED', deliveryId: 'dlv_1',
        attemptNumber: 1, timestamp: 1, test: false,
      } as never); // prettier-ignore
      const lower = Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]);
      expect(new Set(lower.map(([name]) => name)).size).toBe(lower.length);
      expect(isOwnRequest(Object.fromEntries(lower))).toBe(true);
    });

    it('does not keep a webhook going that was saved before the rule, with its own key in a header', async () => {
      const webhookId = await create(receiver.url(), { headers: { Authorization: `Bearer ${account.key}` } });
      const published = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(account.id));
      expect(published.status).toBe(202);
      await receiver.waitFor(1);
      const [{ id }] = await app.database.query('select id from deliveries where webhook_id = $1', [
        webhookId.slice(4),
      ]);
      await app.database.query('update webhooks set url = $2, updated_at = now() where id = $1', [
        webhookId.slice(4),
        `${app.url}/v1/deliveries/dlv_${id}/retry`,
      ]);
      await eventually(
        async () => {
          const tested = (await api.post(`/v1/webhooks/${webhookId}/test`, {})).body;
          expect(tested).toMatchObject({ delivered: false, statusCode: 508 });
        },
        { withinMs: 10_000, everyMs: 500 },
      );
      const manual = await app.database.query(
        `select 1 from attempts where delivery_id = $1 and trigger = 'manual' union all select 1 from manual_attempts`,
        [id],
      );
      expect(manual).toHaveLength(0);
    });
  });

  it('cannot have a URL of this service', async () => {
    const { port } = new URL(app.url);
    const webhookId = await create(receiver.url());
    for (const url of [
      `${app.url}/v1/deliveries/x/retry`,
      `http://LOCALHOST:${port}/`,
      `http://127.1:${port}/internal/v1/events`,
      `http://2130706433:${port}/inspector/hooks/x`,
    ]) {
      for (const answer of [
        await api.post('/v1/webhooks', input(url)),
        await api.patch(`/v1/webhooks/${webhookId}`, { url }),
      ]) {
        expect(answer.status).toBe(400);
        expect(answer.body.errors).toEqual([
          { path: 'url', message: 'must not lead to this service itself' },
        ]);
      }
    }
  });

  it.each([
    ['https://example.com:0/'],
    ['https://example.com:22/'],
    ['https://example.com:6667/'],
    ['https://redis.default.svc/'],
    ['https://nas.lan/'],
    ['https://expyuzz4wqqyqhjn.onion/'],
    ['https://exam\u200bple.com/'],
    ['https://moc.elpmaxe\u202e.com/'],
  ])('cannot have the URL %s', async (url) => {
    const { status, body } = await api.post('/v1/webhooks', input(url));
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([400, ['url']]);
  });

  describe('the number of webhooks', () => {
    const both = (i: number): HttpClient => (i % 2 ? api : otherProcess.http(account.key));

    it('is limited for an account, also for requests at the same moment in two processes', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => both(i).post('/v1/webhooks', input(`https://example.com/${i}`))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(25);
      expect(answers.filter(({ body }) => body.code === 'limit_reached')).toHaveLength(15);
      const [{ id }] = answers.filter(({ status }) => status === 201).map(({ body }) => body);
      await api.delete(`/v1/webhooks/${id}`);
      await create('https://example.com/one-more');
    });

    it('is limited to 10 with the same URL, in whatever spelling, for creates and changes at the same moment', async () => {
      const others = await Promise.all(
        Array.from({ length: 8 }, (_, i) => create(`https://example.com/other/${i}`)),
      );
      const spellings = [
        'https://Example.com/same',
        'https://example.com:443/same',
        'https://example.com./same',
      ];
      const answers = await Promise.all([
        ...Array.from({ length: 8 }, (_, i) => both(i).post('/v1/webhooks', input(spellings[i % 3]))),
        ...others.map((id, i) => both(i).patch(`/v1/webhooks/${id}`, { url: spellings[i % 3] })),
      ]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(10);
      const refused = answers.filter(({ status }) => status >= 300);
      for (const { status, body } of refused)
        expect([status, body.code, body.errors[0].path]).toEqual([409, 'limit_reached', 'url']);
      expect(refused).toHaveLength(6);
    });

    it('with the same URL counts rows from before it was counted, and lets them be changed otherwise', async () => {
      const id = await create('https://example.com/old');
      for (let i = 1; i < 10; i++) await create('https://example.com/old');
      await app.database.query('update webhooks set url_key = null where account_id = $1', [
        account.id.slice(4),
      ]);
      expect((await api.post('/v1/webhooks', input('https://example.com/old'))).status).toBe(409);
      const changed = await api.patch(`/v1/webhooks/${id}`, { url: 'https://example.com/old', name: 'New' });
      expect([changed.status, changed.body.name]).toEqual([200, 'New']);
    });
  });

  describe('a change of the URL to another host', () => {
    const headers = { 'X-Api-Key': 'a-key-that-nobody-reads', 'X-Region': 'eu' };
    let webhookId: string;

    beforeEach(async () => {
      webhookId = await create('https://crm.example.com/hook', {
        headers,
        secret: 'correct horse battery staple',
      });
    });
    const move = (body: object) => api.patch(`/v1/webhooks/${webhookId}`, { url: receiver.url(), ...body });

    it('does not send stored header values there: they have to be given again', async () => {
      const refused = [
        await move({}),
        await move({ headers: (await api.get(`/v1/webhooks/${webhookId}`)).body.headers }),
      ];
      for (const { status, body } of refused) {
        expect(status).toBe(400);
        expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
          'headers.X-Api-Key',
          'headers.X-Region',
        ]);
      }
      expect((await api.get(`/v1/webhooks/${webhookId}`)).body.url).toBe('https://crm.example.com/hook');
      expect(receiver.requests).toHaveLength(0);
    });

    it.each([
      ['all of them by null', { headers: null }, {}],
      ['some of them by null', { headers: { 'X-Api-Key': null, 'X-Region': 'us' } }, { 'x-region': 'us' }],
      ['those that are left out', { headers: { 'X-Region': 'us' } }, { 'x-region': 'us' }],
    ])('drops %s, and keeps the secret', async (_, body, kept) => {
      const moved = await move(body);
      expect([moved.status, moved.body.hasSecret]).toEqual([200, true]);
      const sent = await received(webhookId);
      expect(sent['x-webhook-signature']).toMatch(/^[0-9a-f]{64}$/);
      expect({ 'x-api-key': sent['x-api-key'], 'x-region': sent['x-region'] }).toEqual({
        'x-api-key': undefined,
        'x-region': undefined,
        ...kept,
      });
    });

    it('takes the values again', async () => {
      expect((await move({ headers })).status).toBe(200);
      expect(await received(webhookId)).toMatchObject({
        'x-api-key': headers['X-Api-Key'],
        'x-region': 'eu',
      });
    });

    it('is not one when only the path changes', async () => {
      const { status, body } = await move({ url: 'https://crm.example.com/other' });
      expect([status, Object.keys(body.headers)]).toEqual([200, Object.keys(headers)]);
    });
  });

  describe('a test', () => {
    const test = (webhookId: string, http = api) => http.post(`/v1/webhooks/${webhookId}/test`, {});

    it('is limited to 30 a minute for an account, in all processes together, and for no other account', async () => {
      const webhookId = await create(receiver.url());
      const answers = await Promise.all(
        Array.from({ length: 34 }, (_, i) => test(webhookId, i % 2 ? api : otherProcess.http(account.key))),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(4);
      for (const { body, headers } of refused) {
        expect(body.code).toBe('rate_limited');
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
      }
      expect(receiver.requests).toHaveLength(30);
      const other = await createAccount(app);
      const theirs = await createWebhook(app, other.id, { url: receiver.url() });
      expect((await test(theirs.id, app.http(other.key))).status).toBe(200);
      await app.database.query(
        `update action_limits set hits = array(select hit - interval '1 minute' from unnest(hits) hit)`,
      );
      expect((await test(webhookId)).status).toBe(200);
    });

    it('does not tell a refused port from a server that never answers or from a blocked address', async () => {
      const silent = await Receiver.start();
      silent.answer({ kind: 'hang' });
      const webhooks = await Promise.all([
        create('http://127.0.0.1:2/'),
        create(silent.url()),
        create('https://example.com/'),
      ]);
      // Saved before its address was private, as a name could be that leads elsewhere by now.
      await app.database.query('update webhooks set url = $2 where id = $1', [
        webhooks[2].slice(4),
        'http://10.0.0.1/',
      ]);
      const results = await Promise.all(
        webhooks.map(async (id) => {
          const start = performance.now();
          const { body } = await test(id);
          const delivery = (await api.get(`/v1/deliveries/${body.deliveryId}`)).body;
          return { body, delivery, tookMs: performance.now() - start };
        }),
      );
      const visible = results.map(({ body, delivery }) => {
        const { outcome, statusCode, durationMs, error, response } = delivery.attempts[0];
        return {
          ...body,
          deliveryId: '',
          request: {},
          attempt: { outcome, statusCode, durationMs, error, response },
        };
      });
      expect(visible[0]).toMatchObject({
        delivered: false,
        durationMs: 10_000,
        error: { code: 'NO_RESPONSE' },
      });
      expect(visible[1]).toEqual(visible[0]);
      expect(visible[2]).toEqual(visible[0]);
      for (const { tookMs } of results) expect(tookMs).toBeGreaterThan(10_000);
      await silent.stop();
    });

    it('never waits behind the tests of other accounts, whose servers do not answer', async () => {
      const silent = await Receiver.start();
      silent.answer({ kind: 'hang' });
      const busy: Promise<unknown>[] = [];
      // More than there are jobs at once in a dispatcher.
      for (let i = 0; i < 3; i++) {
        const other = await createAccount(app);
        const webhook = await createWebhook(app, other.id, { url: silent.url() });
        for (let n = 0; n < 25; n++) busy.push(test(webhook.id, app.http(other.key)));
      }
      await silent.waitFor(75);
      const webhookId = await create(receiver.url());
      expect((await test(webhookId)).body.delivered).toBe(true);
      // Had it waited for a job of theirs to end, a whole round of 50 would have ended by now.
      const ended = await app.database.query(
        `select 1 from attempts where error_code = 'NO_RESPONSE' and request_url = $1`,
        [silent.url()],
      );
      expect(ended.length).toBeLessThan(50);
      await Promise.all(busy);
      await silent.stop();
    });
  });

  it('a delivery is attempted by hand at most 20 times an hour, however many ask at the same moment', async () => {
    await create(receiver.url());
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(account.id));
    await receiver.waitFor(1);
    const [{ id }] = (await api.get('/v1/deliveries')).body.data;
    const answers = await Promise.all(
      Array.from({ length: 26 }, (_, i) =>
        (i % 2 ? api : otherProcess.http(account.key)).post(`/v1/deliveries/${id}/retry`),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20);
    for (const { status, body, headers } of answers.filter(({ status }) => status !== 202)) {
      expect([status, body.code]).toEqual([429, 'rate_limited']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_000);
    }
    await receiver.waitFor(21);
    expect(await app.database.query(`select 1 from audit_entries where subject = $1`, [id])).toHaveLength(20);
  });

  it('send nothing for a suspended account, and send again when it is active', async () => {
    await create(receiver.url());
    const platform = app.http(PUBLISHER_TOKEN);
    const publish = () => platform.post('/internal/v1/events', eventInput(account.id));
    await publish();
    await receiver.waitFor(1);
    const [{ id }] = (await api.get('/v1/deliveries')).body.data;
    await platform.patch(`/internal/v1/accounts/${account.id}`, { status: 'SUSPENDED' });
    expect((await publish()).status).toBe(202);
    // By hand, as support staff could.
    await app.get(DispatcherCommands).retry([id]);
    await eventually(async () =>
      expect(
        await app.database.query(`select 1 from attempts where delivery_id = $1 and outcome = 'NOT_SENT'`, [
          id.slice(4),
        ]),
      ).toHaveLength(1),
    );
    expect(receiver.requests).toHaveLength(1);
    await platform.patch(`/internal/v1/accounts/${account.id}`, { status: 'ACTIVE' });
    const { body: last } = await publish();
    await eventually(() =>
      Promise.resolve(
        expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toContain(last.id),
      ),
    );
  });

  it('are found by a part of their name or URL, and never those of another account', async () => {
    const found = async (q: string): Promise<string[]> =>
      (await api.get('/v1/webhooks', { query: { q } })).body.data.map(({ name }: { name: string }) => name);
    await create('https://crm.example.com/', { name: '100 % sales' });
    await create('https://desk.example.com/', { name: 'Support' });
    await createWebhook(app, (await createAccount(app)).id, {
      url: 'https://crm.example.com/',
      name: 'Foreign',
    });
    expect(await found('CRM.')).toEqual(['100 % sales']);
    expect(await found('supp')).toEqual(['Support']);
    expect(await found('%')).toEqual(['100 % sales']);
    expect(await found('_')).toEqual([]);
    expect(await found('example')).toEqual(['Support', '100 % sales']);
    for (const q of ['\0', ' ', 'x'.repeat(201), ''])
      expect((await api.get('/v1/webhooks', { query: { q } })).status).toBe(400);
  });
});
