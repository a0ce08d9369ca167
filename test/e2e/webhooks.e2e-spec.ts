import { createHmac } from 'node:crypto';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { behaviours, createAccount, Receiver, startApp, type HttpClient, type TestApp } from '../support';

const ALL_EVENTS = ['CALL_COMPLETED', 'CALL_FAILED', 'INCOMING_CALL_COMPLETED', 'INCOMING_CALL_FAILED'];

describe('/v1/webhooks', () => {
  let app: TestApp;
  let receiver: Receiver;
  let api: HttpClient;
  let accountId: string;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver.stop();
    await app.close();
  });
  beforeEach(async () => {
    const account = await createAccount(app);
    accountId = account.id;
    api = app.http(account.key);
    receiver.forget();
    receiver.answer(behaviours.ok);
  });

  const input = (changes: object = {}): object => ({
    name: 'CRM Integration',
    url: 'https://crm.example.com/hooks',
    events: ['CALL_COMPLETED'],
    ...changes,
  });
  const create = async (changes: object = {}): Promise<{ id: string } & Record<string, any>> =>
    (await api.post('/v1/webhooks', input(changes))).body;

  describe('creating', () => {
    it('needs a name, a URL and events alone, and fills in the rest', async () => {
      const { status, body, headers } = await api.post('/v1/webhooks', input());
      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.stringMatching(/^whk_[0-9a-f-]{36}$/),
        name: 'CRM Integration',
        url: 'https://crm.example.com/hooks',
        type: 'HTTP',
        health: 'UNKNOWN',
        events: ['CALL_COMPLETED'],
        format: 'DEFAULT',
        status: 'ACTIVE',
        disabledReason: null,
        hasSecret: false,
        secretHint: null,
        previousSecretExpiresAt: null,
        previousSecrets: [],
        headers: {},
        retryPolicy: 'STANDARD',
        maxConcurrency: null,
        rateLimitPerSecond: null,
        filter: null,
        request: null,
        auth: null,
        circuit: { state: 'CLOSED', changedAt: null },
        failingSince: null,
        version: 1,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        updatedAt: expect.stringMatching(/Z$/),
        warnings: [],
      });
      expect(headers.get('etag')).toBe('"1"');
    });

    it('takes everything that may be set', async () => {
      const webhook = await create({
        events: ALL_EVENTS,
        format: 'ZAPIER',
        status: 'PAUSED',
        secret: 'correct horse battery staple',
        headers: { Authorization: 'Bearer 0123456789', 'X-Short': 'abc' },
        retryPolicy: 'EXTENDED',
        maxConcurrency: 5,
        rateLimitPerSecond: 10,
      });
      expect(webhook).toMatchObject({
        events: ALL_EVENTS,
        format: 'ZAPIER',
        status: 'PAUSED',
        hasSecret: true,
        headers: { Authorization: '••••6789', 'X-Short': '••••' },
        retryPolicy: 'EXTENDED',
        maxConcurrency: 5,
        rateLimitPerSecond: 10,
      });
    });

    it('stores neither a secret nor a header value in the clear, and answers neither', async () => {
      const webhook = await create({
        secret: 'correct horse battery staple',
        headers: { 'X-Api-Key': 'key-0123456789' },
      });
      const answers = JSON.stringify([
        webhook,
        (await api.get(`/v1/webhooks/${webhook.id}`)).body,
        (await api.get('/v1/webhooks')).body,
      ]);
      const rows = JSON.stringify([
        await app.database.query('select * from webhooks where id = $1', [webhook.id.slice(4)]),
        await app.database.query('select * from audit_entries where subject = $1', [webhook.id]),
      ]);
      expect(answers + rows).not.toContain('correct horse');
      expect(answers + rows).not.toContain('key-0123456789');
    });

    it('tells everything that is wrong at once, by field', async () => {
      const { status, body, headers } = await api.post(
        '/v1/webhooks',
        input({ name: ' ', url: 'http://10.1.2.3/', events: [], headers: { Host: 'x' } }),
      );
      expect(status).toBe(400);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body).toMatchObject({
        type: 'urn:skipcalls:problem:validation_failed',
        status: 400,
        title: expect.any(String),
        detail: expect.any(String),
      });
      expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
        'name',
        'url',
        'events',
        'headers.Host',
      ]);
    });

    it.each([
      ['an unknown field', { colour: 'red' }, 'colour'],
      ['a field of the wrong type', { name: 7 }, 'name'],
      ['null where something is needed', { format: null }, 'format'],
      ['the status that the system alone gives', { status: 'DISABLED' }, 'status'],
      [
        'an address in the cloud’s metadata service',
        { url: 'http://169.254.169.254/latest/meta-data' },
        'url',
      ],
      ['credentials in the URL', { url: 'https://user:pass@example.com/' }, 'url'],
      [
        'a header that is ours',
        { headers: { 'X-Webhook-Signature': 'forged' } },
        'headers.X-Webhook-Signature',
      ],
      ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: c' } }, 'headers.X-A'],
      ['an empty secret', { secret: '' }, 'secret'],
      ['a name that PostgreSQL cannot store', { name: 'a\0b' }, 'name'],
    ])('refuses %s', async (_, changes, path) => {
      const { status, body } = await api.post('/v1/webhooks', input(changes));
      expect([status, body.errors?.[0].path]).toEqual([400, path]);
    });
  });

  describe('listing', () => {
    it('goes through all webhooks once, newest first, also while others are made', async () => {
      const made = [];
      for (let i = 0; i < 7; i++) made.unshift((await create({ name: `Webhook ${i}` })).id);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { body } = await api.get('/v1/webhooks', { query: { limit: 3, cursor } });
        seen.push(...body.data.map((webhook: { id: string }) => webhook.id));
        cursor = body.nextCursor ?? undefined;
        await create({ name: 'made meanwhile' });
      } while (cursor);
      expect(seen).toEqual(made);
    });

    it.each([
      ['limit=0'],
      ['limit=201'],
      ['limit=x'],
      ['cursor=nonsense'],
      ['colour=red'],
      ['limit=1&limit=2'],
    ])('refuses ?%s', async (query) => {
      expect((await api.get(`/v1/webhooks?${query}`)).status).toBe(400);
    });
  });

  describe('changing', () => {
    it('changes what is given and leaves the rest', async () => {
      const webhook = await create({ secret: 'a secret', headers: { 'X-Api-Key': 'key-0123456789' } });
      const { status, body, headers } = await api.patch(`/v1/webhooks/${webhook.id}`, { name: 'Renamed' });
      expect(status).toBe(200);
      expect(body).toEqual({
        ...webhook,
        name: 'Renamed',
        version: 2,
        updatedAt: expect.any(String),
        warnings: [],
      });
      expect(headers.get('etag')).toBe('"2"');
    });

    it('keeps header values that come back masked, and uses them on', async () => {
      const webhook = await create({
        url: receiver.url(),
        headers: { 'X-Api-Key': 'key-0123456789', 'X-Short': 'abc' },
      });
      const { body } = await api.patch(`/v1/webhooks/${webhook.id}`, {
        headers: { ...webhook.headers, 'X-New': 'new' },
      });
      expect(body.headers).toEqual({ 'X-Api-Key': '••••6789', 'X-Short': '••••', 'X-New': '••••' });
      await api.post(`/v1/webhooks/${webhook.id}/test`);
      const [request] = await receiver.waitFor(1);
      expect(request.headers).toMatchObject({
        'x-api-key': 'key-0123456789',
        'x-short': 'abc',
        'x-new': 'new',
      });
    });

    it('refuses a masked value that was not answered for that header', async () => {
      const webhook = await create({ headers: { 'X-Api-Key': 'key-0123456789' } });
      const { status, body } = await api.patch(`/v1/webhooks/${webhook.id}`, {
        headers: { 'X-Other': '••••6789' },
      });
      expect([status, body.errors[0].path]).toEqual([400, 'headers.X-Other']);
    });

    it('removes secret and headers by null', async () => {
      const webhook = await create({ secret: 'a secret', headers: { 'X-Api-Key': 'key-0123456789' } });
      const { body } = await api.patch(`/v1/webhooks/${webhook.id}`, { secret: null, headers: null });
      expect(body).toMatchObject({ hasSecret: false, secretHint: null, headers: {} });
    });

    it('brings a disabled webhook back, with a clean slate', async () => {
      const webhook = await create();
      await app.database.query(
        `update webhooks set status = 'DISABLED', disabled_reason = 'Every attempt failed for 5 days', failing_since = now(),
         circuit_state = 'OPEN' where id = $1`,
        [webhook.id.slice(4)],
      );
      expect((await api.get(`/v1/webhooks/${webhook.id}`)).body).toMatchObject({
        status: 'DISABLED',
        disabledReason: 'Every attempt failed for 5 days',
      });
      const { body } = await api.patch(`/v1/webhooks/${webhook.id}`, { status: 'ACTIVE' });
      expect(body).toMatchObject({
        status: 'ACTIVE',
        disabledReason: null,
        failingSince: null,
        circuit: { state: 'CLOSED' },
      });
    });

    it('does not overwrite what another tab has changed', async () => {
      const { id } = await create();
      const first = await api.patch(
        `/v1/webhooks/${id}`,
        { name: 'First tab' },
        { headers: { 'if-match': '"1"' } },
      );
      const second = await api.patch(
        `/v1/webhooks/${id}`,
        { name: 'Second tab' },
        { headers: { 'if-match': '"1"' } },
      );
      expect([first.status, second.status, second.body.type]).toEqual([
        200,
        412,
        'urn:skipcalls:problem:precondition_failed',
      ]);
      expect((await api.get(`/v1/webhooks/${id}`)).body.name).toBe('First tab');
    });

    it('lets one of two changes at the same moment win when both name the same version', async () => {
      const { id } = await create();
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) =>
          api.patch(`/v1/webhooks/${id}`, { name }, { headers: { 'if-match': '"1"' } }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    });

    it('loses no change of several at the same moment without a version', async () => {
      const { id } = await create();
      const changes = [
        { name: 'Renamed' },
        { maxConcurrency: 3 },
        { format: 'ZAPIER' },
        { retryPolicy: 'EXTENDED' },
      ];
      const answers = await Promise.all(changes.map((change) => api.patch(`/v1/webhooks/${id}`, change)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect((await api.get(`/v1/webhooks/${id}`)).body).toMatchObject({
        ...Object.assign({}, ...changes),
        version: 5,
      });
    });
  });

  describe('deleting', () => {
    it('takes the webhook away and keeps no secret of it', async () => {
      const { id } = await create({ secret: 'a secret', headers: { 'X-Api-Key': 'key' } });
      expect((await api.delete(`/v1/webhooks/${id}`)).status).toBe(204);
      expect((await api.get(`/v1/webhooks/${id}`)).status).toBe(404);
      expect((await api.delete(`/v1/webhooks/${id}`)).status).toBe(404);
      expect((await api.get('/v1/webhooks')).body.data).toEqual([]);
      const [row] = await app.database.query(
        'select name, sealed_secrets, sealed_headers from webhooks where id = $1',
        [id.slice(4)],
      );
      expect(row).toEqual({ name: 'CRM Integration', sealed_secrets: [], sealed_headers: null });
    });

    it('is refused when somebody changed it in the meantime', async () => {
      const { id } = await create();
      await api.patch(`/v1/webhooks/${id}`, { name: 'Renamed' });
      expect((await api.delete(`/v1/webhooks/${id}`, { headers: { 'if-match': '"1"' } })).status).toBe(412);
      expect((await api.get(`/v1/webhooks/${id}`)).status).toBe(200);
    });
  });

  describe('rotating the secret', () => {
    const signatures = async (id: string): Promise<string[]> => {
      await api.post(`/v1/webhooks/${id}/test`);
      return (receiver.requests.at(-1)!.headers['webhook-signature'] ?? '').split(' ').filter(Boolean);
    };

    it('makes a new one, shows it this once, and signs with both for a day', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'the old secret' });
      const [before] = await signatures(webhook.id);
      const { status, body } = await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`);
      expect(status).toBe(200);
      expect(body.secret).toMatch(/^whsec_/);
      const hours = (Date.parse(body.previousSecretExpiresAt) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThanOrEqual(24);
      expect(await signatures(webhook.id)).toHaveLength(2);
      expect(before).toMatch(/^v1,/);
      expect(JSON.stringify((await api.get(`/v1/webhooks/${webhook.id}`)).body)).not.toContain(body.secret);
    });

    it('takes a given one and does not repeat it; without an overlap the old one is gone at once', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'the old secret' });
      const { body } = await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, {
        secret: 'the new secret',
        overlapHours: 0,
      });
      expect(body).toMatchObject({ secret: null, previousSecretExpiresAt: null, hasSecret: true });
      expect(JSON.stringify(body)).not.toContain('the new secret');
      expect(await signatures(webhook.id)).toHaveLength(1);
    });

    it('lets the old one go when the overlap is over', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'the old secret' });
      await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, { overlapHours: 1 });
      await app.database.query(
        `update webhooks set sealed_secrets = jsonb_set(sealed_secrets, '{1,expiresAt}', to_jsonb($2::text)), updated_at = now() where id = $1`,
        [webhook.id.slice(4), new Date(Date.now() - 1_000).toISOString()],
      );
      await api.patch(`/v1/webhooks/${webhook.id}`, { name: 'Renamed' });
      expect(await signatures(webhook.id)).toHaveLength(1);
      expect((await api.get(`/v1/webhooks/${webhook.id}`)).body).toMatchObject({
        previousSecretExpiresAt: null,
        previousSecrets: [],
      });
    });

    it('keeps every secret live until the time that was returned for it, however often it is rotated', async () => {
      const secrets = [
        'the first secret of three',
        'the second secret of three',
        'the third secret of three',
      ];
      const webhook = await create({ url: receiver.url(), secret: secrets[0] });
      const rotate = async (secret: string, overlapHours: number): Promise<any> =>
        (await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, { secret, overlapHours })).body;
      const first = await rotate(secrets[1], 48);
      const second = await rotate(secrets[2], 1);
      expect(second.previousSecrets.map(({ expiresAt }: any) => expiresAt)).toEqual([
        second.previousSecretExpiresAt,
        first.previousSecretExpiresAt,
      ]);
      await api.post(`/v1/webhooks/${webhook.id}/test`);
      const { headers, body } = receiver.requests.at(-1)!;
      const plain = (secret: string): string => createHmac('sha256', secret).update(body).digest('hex');
      const standard = (secret: string): string =>
        createHmac('sha256', secret)
          .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
          .update(body)
          .digest('base64');
      expect(headers['webhook-signature']).toBe(
        [...secrets]
          .reverse()
          .map((secret) => `v1,${standard(secret)}`)
          .join(' '),
      );
      expect(headers['x-webhook-signature']).toBe(plain(secrets[2]));
      expect(headers['x-webhook-signature-previous']).toBe(plain(secrets[1]));
    });

    it('makes a live secret the newest again when it is rotated back', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'secret number one of two' });
      await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, { secret: 'secret number two of two' });
      const { body } = await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, {
        secret: 'secret number one of two',
      });
      expect(body.previousSecrets).toHaveLength(1);
      expect(await signatures(webhook.id)).toHaveLength(2);
      const { headers, body: sent } = receiver.requests.at(-1)!;
      expect(headers['x-webhook-signature']).toBe(
        createHmac('sha256', 'secret number one of two').update(sent).digest('hex'),
      );
    });

    it('has a limit where the signatures would make the headers too long', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'the secret at the start' });
      await app.database.query(
        `update webhooks set sealed_secrets = sealed_secrets || (
           select jsonb_agg(sealed_secrets -> 0 || jsonb_build_object('expiresAt', $2::text)) from webhooks as same, generate_series(1, 99) where same.id = $1) where id = $1`,
        [webhook.id.slice(4), new Date(Date.now() + 3_600_000).toISOString()],
      );
      const rotate = (body: object) => api.post(`/v1/webhooks/${webhook.id}/rotate-secret`, body);
      expect(await rotate({})).toMatchObject({ status: 409, body: { code: 'conflict' } });
      expect((await rotate({ overlapHours: 0 })).status).toBe(200);
    });

    it('removes every secret by null', async () => {
      const webhook = await create({ url: receiver.url(), secret: 'the old secret' });
      await api.post(`/v1/webhooks/${webhook.id}/rotate-secret`);
      const { body } = await api.patch(`/v1/webhooks/${webhook.id}`, { secret: null });
      expect(body).toMatchObject({ hasSecret: false, previousSecrets: [], warnings: [] });
      await api.post(`/v1/webhooks/${webhook.id}/test`);
      const { headers } = receiver.requests.at(-1)!;
      expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([]);
    });

    it.each<[string, string, RegExp[]]>([
      ['a short typed secret', 'short', [/only 5 bytes of key/]],
      ['15 bytes', 'x'.repeat(15), [/only 15 bytes of key/]],
      ['16 bytes', 'x'.repeat(16), []],
      ['16 bytes in 6 characters', '漢字漢字漢字'.slice(0, 6), []],
      [
        'a key of 8 bytes in base64',
        `whsec_${Buffer.alloc(8, 1).toString('base64')}`,
        [/only 8 bytes of key/],
      ],
      ['a good key in base64', `whsec_${Buffer.alloc(24, 1).toString('base64')}`, []],
      [
        'base64 without padding',
        `whsec_${Buffer.alloc(25, 1).toString('base64').replace(/=+$/, '')}`,
        [/without padding/],
      ],
      ['URL-safe base64', `whsec_${Buffer.alloc(24, 255).toString('base64url')}`, [/URL-safe/]],
      ['no base64 at all', 'whsec_this is not base64!', [/does not continue in base64/]],
    ])('warns about %s wherever it is set', async (_, secret, expected) => {
      const created = await create({ secret });
      const patched = await api.patch(`/v1/webhooks/${(await create()).id}`, { secret });
      const rotated = await api.post(`/v1/webhooks/${(await create()).id}/rotate-secret`, { secret });
      for (const { warnings } of [created, patched.body, rotated.body]) {
        expect(warnings).toEqual(
          expected.map((message) => ({ path: 'secret', message: expect.stringMatching(message) })),
        );
        expect(JSON.stringify(warnings)).not.toContain(secret);
      }
      expect((await api.get(`/v1/webhooks/${created.id}`)).body).not.toHaveProperty('warnings');
    });

    it.each([
      [{ overlapHours: -1 }],
      [{ overlapHours: 169 }],
      [{ overlapHours: '24' }],
      [{ overlapHours: null }],
      [{ secret: '' }],
      [{ secret: 'the old secret' }],
      [{ x: 1 }],
    ])('refuses %j', async (body) => {
      const { id } = await create({ secret: 'the old secret' });
      expect((await api.post(`/v1/webhooks/${id}/rotate-secret`, body)).status).toBe(400);
    });
  });

  describe('testing', () => {
    it('sends one sample event now and shows what was sent and answered', async () => {
      const webhook = await create({
        url: receiver.url(),
        secret: 'a secret',
        headers: { 'X-Api-Key': 'key-0123456789' },
      });
      receiver.next({ kind: 'answer', status: 201, headers: { 'x-receiver': 'ours' }, body: 'thanks' });
      const { status, body } = await api.post(`/v1/webhooks/${webhook.id}/test`, {
        eventType: 'CALL_FAILED',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        delivered: true,
        statusCode: 201,
        durationMs: expect.any(Number),
        error: null,
      });
      const [request] = receiver.requests;
      expect(body.request.body).toBe(request.body.toString('utf8'));
      expect(JSON.parse(body.request.body)).toMatchObject({ type: 'CALL_FAILED', test: true });
      expect(body.request.headers).toMatchObject({
        'X-Webhook-Test': 'true',
        'X-Webhook-Signature': request.headers['x-webhook-signature'],
      });
      expect(JSON.stringify(body.request.headers)).not.toContain('key-0123456789');
      expect(body.response).toMatchObject({ headers: { 'x-receiver': 'ours' }, body: 'thanks' });
    });

    it('says what went wrong, and does not try again', async () => {
      const webhook = await create({ url: receiver.url() });
      receiver.answer(behaviours.status(500));
      const { status, body } = await api.post(`/v1/webhooks/${webhook.id}/test`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        delivered: false,
        statusCode: 500,
        error: { code: expect.any(String), text: expect.stringContaining('500') },
      });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(receiver.requests).toHaveLength(1);
    });

    it('tells of a server that is not there', async () => {
      const webhook = await create({ url: 'http://127.0.0.1:2/' });
      const { body } = await api.post(`/v1/webhooks/${webhook.id}/test`);
      expect(body).toMatchObject({
        delivered: false,
        statusCode: null,
        response: { headers: null, body: null },
      });
      expect(body.error.text).not.toBe('');
    });

    it('works while the webhook is paused, so that it can be tried out before', async () => {
      const webhook = await create({ url: receiver.url(), status: 'PAUSED' });
      expect((await api.post(`/v1/webhooks/${webhook.id}/test`)).body.delivered).toBe(true);
    });
  });

  it('writes down who changed what, without secrets', async () => {
    const { id } = await create({ secret: 'a secret' });
    await api.patch(`/v1/webhooks/${id}`, { name: 'Renamed', secret: 'another secret' });
    await api.patch(`/v1/webhooks/${id}`, { name: 'Renamed' });
    await api.post(`/v1/webhooks/${id}/rotate-secret`, {});
    await api.delete(`/v1/webhooks/${id}`);
    const trail = await app.database.query('select * from audit_entries where subject = $1 order by id', [
      id,
    ]);
    expect(trail.map(({ action }) => action)).toEqual([
      'webhook.create',
      'webhook.update',
      'webhook.rotate-secret',
      'webhook.delete',
    ]);
    expect(trail[1].details).toEqual({
      fields: ['name', 'secret'],
      changes: [
        { field: 'name', from: 'CRM Integration', to: 'Renamed' },
        { field: 'secret', from: 'changed', to: 'changed' },
      ],
    });
    expect(new Set(trail.map(({ actor_kind }) => actor_kind))).toEqual(new Set(['key']));
    expect(new Set(trail.map(({ account_id }) => `acc_${account_id}`))).toEqual(new Set([accountId]));
    expect(JSON.stringify(trail)).not.toContain('another secret');
  });
});
