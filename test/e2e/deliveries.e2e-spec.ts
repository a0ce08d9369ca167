import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { toUuid } from '@app/platform';
import { WebhookService, type Webhook } from '@app/webhooks';
import {
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  type HttpClient,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  TEST_ACTOR,
  type TestApp,
} from '../support';
import { recordDelivery, type PastDelivery } from '../support/history';

const HOUR = 3_600_000;

describe('reading deliveries', () => {
  let app: TestApp;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;
  let webhook: Webhook;
  let other: Webhook;

  // Without a dispatcher, nothing moves but what a test moves.
  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule] });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const account = await createAccount(app);
    accountId = account.id;
    api = app.http(account.key);
    stranger = app.http((await createAccount(app)).key);
    webhook = await createWebhook(app, accountId, { url: 'https://example.com/a' });
    other = await createWebhook(app, accountId, { url: 'https://example.com/b' });
  });

  const record = (past: Partial<PastDelivery> = {}) =>
    recordDelivery(app.database, { accountId, webhookId: webhook.id, ...past });

  async function idsOf(query: Record<string, string>, client = api): Promise<string[]> {
    const answer = await client.get('/v1/deliveries', { query });
    expect(answer.status).toBe(200);
    return answer.body.data.map(({ id }: { id: string }) => id);
  }

  async function allPages(
    query: Record<string, string>,
    between: () => Promise<unknown> = () => Promise.resolve(),
  ) {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: any } = await api.get('/v1/deliveries', {
        query: { ...query, ...(cursor ? { cursor } : {}) },
      });
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      await between();
    }
    return ids;
  }

  it('lists them newest first, by every filter and by several at once', async () => {
    const now = Date.now();
    const old = await record({ at: new Date(now - 5 * HOUR), callId: 'call_x', status: 'FAILED' });
    const failed = await record({ at: new Date(now - 3 * HOUR), eventType: 'CALL_FAILED', status: 'FAILED' });
    const toOther = await record({ at: new Date(now - 2 * HOUR), webhookId: other.id, callId: 'call_x' });
    const due = await record({ at: new Date(now - HOUR), status: 'PENDING', dueAt: new Date(now + HOUR) });
    const newest = await record({ at: new Date(now - 1_000) });
    const [a, b, c, d, e] = [old, failed, toOther, due, newest].map(({ deliveryId }) => deliveryId);
    const cases: [Record<string, string>, (string | undefined)[]][] = [
      [{}, [e, d, c, b, a]],
      [{ status: 'FAILED' }, [b, a]],
      [{ status: 'DELIVERED' }, [e, c]],
      [{ status: 'PENDING' }, [d]],
      [{ webhookId: other.id }, [c]],
      [{ webhookId: webhook.id, status: 'DELIVERED' }, [e]],
      [{ webhookId: webhook.id, status: 'FAILED', eventType: 'CALL_FAILED' }, [b]],
      [{ eventType: 'CALL_FAILED' }, [b]],
      [{ eventType: 'CALL_COMPLETED', status: 'PENDING' }, [d]],
      [{ eventType: 'CALL_FAILED', status: 'PENDING' }, []],
      [{ eventId: old.eventId }, [a]],
      [{ callId: 'call_x' }, [c, a]],
      [{ callId: 'call_x', webhookId: webhook.id }, [a]],
      [{ callId: 'call_x', status: 'DELIVERED' }, [c]],
      [{ callId: 'call_unknown' }, []],
      [{ since: new Date(now - 3 * HOUR).toISOString() }, [e, d, c, b]],
      [{ until: new Date(now - 3 * HOUR).toISOString() }, [a]],
      [{ since: new Date(now - 3 * HOUR).toISOString(), until: new Date(now - HOUR).toISOString() }, [c, b]],
      [{ since: new Date(now - 4 * HOUR).toISOString(), callId: 'call_x' }, [c]],
    ];
    for (const [query, expected] of cases) expect([query, await idsOf(query)]).toEqual([query, expected]);
  });

  it('pages through each of them once, while rows arrive and change their state', async () => {
    const expected: string[] = [];
    for (let i = 0; i < 25; i += 1) {
      const { deliveryId } = await record({ at: new Date(Date.now() - HOUR + i), status: 'FAILED' });
      expected.unshift(deliveryId);
    }
    let arrived = 0;
    const disturb = async () => {
      await record();
      // What was shown already, and what is still to come, changes; neither moves the pages.
      await app.database.query(
        `update deliveries set status = 'DELIVERED', failed_at = null where id = any ($1)`,
        [[expected[arrived], expected.at(-1)].map((id) => toUuid(id!))],
      );
      arrived += 1;
    };
    expect(await allPages({ limit: '4' }, disturb)).toEqual(expected);
    expect(arrived).toBe(7);
  });

  it('says where to go on when it has looked at 20,000 without finding enough', async () => {
    const found = await record({ at: new Date(Date.now() - 2 * HOUR) });
    await app.database.query(
      `insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, failed_at)
       select uuid_generate_v7(), $1, $2, gen_random_uuid(), 'CALL_COMPLETED', 'DEFAULT', 'FAILED', 4, now()
       from generate_series(1, 20050)`,
      [toUuid(accountId), toUuid(webhook.id)],
    );
    const first = await api.get('/v1/deliveries', { query: { status: 'DELIVERED' } });
    expect(first.body).toEqual({ data: [], nextCursor: expect.any(String) });
    expect(await allPages({ status: 'DELIVERED' })).toEqual([found.deliveryId]);
    expect(await allPages({ status: 'DELIVERED', webhookId: webhook.id })).toEqual([found.deliveryId]);
  });

  it('tells why a pending one waits', async () => {
    const dueAt = new Date(Date.now() + HOUR);
    const due = await record({ status: 'PENDING', dueAt });
    const parked = await record({ status: 'PENDING', parkedAt: new Date() });
    const behindCircuit = await record({ status: 'PENDING', webhookId: other.id, parkedAt: new Date() });
    await app.database.query(`update webhooks set circuit_state = 'OPEN' where id = $1`, [toUuid(other.id)]);
    const inHand = await record({ status: 'PENDING' });
    await app.database.query(
      `insert into delivery_leases (id, dispatcher_id, delivery_ids) values (gen_random_uuid(), gen_random_uuid(), array[$1::uuid])`,
      [toUuid(inHand.deliveryId)],
    );
    const { body } = await api.get('/v1/deliveries', { query: { status: 'PENDING' } });
    expect(body.data.map((one: any) => [one.id, one.waitingFor, one.nextAttemptAt])).toEqual([
      [inHand.deliveryId, null, null],
      [behindCircuit.deliveryId, 'CIRCUIT_OPEN', null],
      [parked.deliveryId, 'ROOM', null],
      [due.deliveryId, 'RETRY_DUE', dueAt.toISOString()],
    ]);
  });

  it('shows another account nothing, by no filter and by no id', async () => {
    const { deliveryId, eventId } = await record({ callId: 'call_secret' });
    expect(await idsOf({}, stranger)).toEqual([]);
    expect(await idsOf({ webhookId: webhook.id }, stranger)).toEqual([]);
    expect(await idsOf({ eventId }, stranger)).toEqual([]);
    expect(await idsOf({ callId: 'call_secret' }, stranger)).toEqual([]);
    expect(await idsOf({ status: 'DELIVERED', webhookId: webhook.id }, stranger)).toEqual([]);
    for (const answer of [
      await stranger.get(`/v1/deliveries/${deliveryId}`),
      await stranger.post(`/v1/deliveries/${deliveryId}/retry`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect(await app.database.query('select * from manual_attempts')).toEqual([]);
  });

  it("does not go on from another account's cursor into its rows", async () => {
    await record();
    await record();
    const { body } = await api.get('/v1/deliveries', { query: { limit: '1' } });
    expect(await idsOf({ cursor: body.nextCursor }, stranger)).toEqual([]);
  });

  it.each([
    [{ status: 'LOST' }, 'status'],
    [{ webhookId: 'whk_1' }, 'webhookId'],
    [{ eventId: 'dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' }, 'eventId'],
    [{ eventType: 'CALL' }, 'eventType'],
    [{ since: 'yesterday' }, 'since'],
    [{ until: '2026-11-23' }, 'until'],
    [{ limit: '201' }, 'limit'],
    [{ cursor: 'abc' }, 'cursor'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses %p by its path', async (query, path) => {
    const { status, body } = await api.get('/v1/deliveries', { query });
    expect([status, body.code, body.errors.map((error: any) => error.path)]).toEqual([
      400,
      'validation_failed',
      [path],
    ]);
  });
});

describe('a delivery that was sent', () => {
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;
  let api: HttpClient;

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
  });

  async function publish(): Promise<string> {
    const { body } = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    return body.id as string;
  }

  async function settled(eventId: string, status: string): Promise<any> {
    return eventually(
      async () => {
        const { body } = await api.get('/v1/deliveries', { query: { eventId } });
        expect(body.data[0]).toMatchObject({ status });
        return (await api.get(`/v1/deliveries/${body.data[0].id}`)).body;
      },
      { withinMs: 10_000 },
    );
  }

  it('shows each attempt: what was sent to the byte, what was answered, and what followed', async () => {
    receiver.next(
      { kind: 'answer', status: 503, headers: { 'x-why': 'busy' }, body: 'try later' },
      { kind: 'answer', status: 200, body: 'x'.repeat(5_000) },
    );
    await createWebhook(app, accountId, {
      url: receiver.url('/twice'),
      headers: { 'X-Api-Key': 'do-not-show-me' },
    });
    const delivery = await settled(await publish(), 'DELIVERED');
    const sent = receiver.to('/twice').map(({ body }) => body.toString());
    expect(delivery).toMatchObject({
      attemptCount: 2,
      lastOutcome: 'DELIVERED',
      lastStatusCode: 200,
      nextAttemptAt: null,
      waitingFor: null,
      body: sent[0],
    });
    const [first, second] = delivery.attempts;
    expect(first).toMatchObject({
      number: 1,
      trigger: 'event',
      outcome: 'HTTP_ERROR',
      statusCode: 503,
      error: { code: expect.any(String), text: expect.any(String) },
      response: { headers: { 'x-why': 'busy' }, body: 'try later', truncated: false },
      nextAttemptAt: second.startedAt,
    });
    expect(second).toMatchObject({
      number: 2,
      trigger: 'retry',
      outcome: 'DELIVERED',
      error: null,
      response: { body: 'x'.repeat(4_096), truncated: true },
      nextAttemptAt: null,
    });
    expect([first.request.body, second.request.body]).toEqual(sent);
    expect(first.request.headers['X-Webhook-Delivery']).toBe(delivery.id);
    expect(JSON.stringify(delivery)).not.toContain('do-not-show-me');
  });

  it('is sent once more when asked for, also when it was delivered', async () => {
    await createWebhook(app, accountId, { url: receiver.url('/again') });
    const before = await settled(await publish(), 'DELIVERED');
    const answer = await api.post(`/v1/deliveries/${before.id}/retry`);
    expect(answer).toMatchObject({ status: 202, body: { id: before.id, status: 'DELIVERED' } });
    await eventually(async () => {
      const { body } = await api.get(`/v1/deliveries/${before.id}`);
      expect(body.attempts).toMatchObject([{ trigger: 'event' }, { trigger: 'manual', number: 2 }]);
    });
  });

  it.each(['PAUSED', 'deleted'] as const)(
    'is not sent again to a %s webhook, and says why',
    async (state) => {
      const webhook = await createWebhook(app, accountId, { url: receiver.url('/gone') });
      const { id } = await settled(await publish(), 'DELIVERED');
      const change = { actor: TEST_ACTOR };
      if (state === 'PAUSED')
        await app.get(WebhookService).update(accountId, webhook.id, { status: 'PAUSED' }, change);
      else await app.get(WebhookService).remove(accountId, webhook.id, change);
      const { status, body } = await api.post(`/v1/deliveries/${id}/retry`);
      expect([status, body.code]).toEqual([409, 'conflict']);
      expect(body.detail).toContain(state);
    },
  );

  it('is not sent again when its payload has been expunged', async () => {
    await createWebhook(app, accountId, { url: receiver.url('/expunged') });
    const { id, eventId } = await settled(await publish(), 'DELIVERED');
    await api.delete(`/v1/events/${eventId}/payload`);
    expect(await api.post(`/v1/deliveries/${id}/retry`)).toMatchObject({
      status: 410,
      body: { code: 'expunged' },
    });
  });
});
