import { setTimeout as sleep } from 'node:timers/promises';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { toUuid } from '@app/platform';
import { WebhookService, type Webhook } from '@app/webhooks';
import {
  behaviours,
  createAccount,
  createWebhook,
  eventually,
  type HttpClient,
  Receiver,
  startApp,
  TEST_ACTOR,
  type TestApp,
} from '../support';
import { type PastDelivery, recordDelivery, recordEvent } from '../support/history';

const HOUR = 3_600_000;
const since = new Date(Date.now() - 10 * HOUR).toISOString();

describe('replay', () => {
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;
  let webhook: Webhook;
  let path: string;
  let count = 0;

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
    stranger = app.http((await createAccount(app)).key);
    path = `/hook-${++count}`;
    webhook = await createWebhook(app, accountId, {
      url: receiver.url(path),
      events: ['CALL_COMPLETED', 'CALL_FAILED'],
    });
  });

  const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR);
  const record = (past: Partial<PastDelivery> = {}) =>
    recordDelivery(app.database, { accountId, webhookId: webhook.id, at: hoursAgo(2), ...past });
  const replay = (body: Record<string, unknown> = {}, client = api) =>
    client.post(`/v1/webhooks/${webhook.id}/replay`, { since, which: 'failed', ...body });

  async function ended(id: string): Promise<any> {
    return eventually(
      async () => {
        const { body } = await api.get(`/v1/replays/${id}`);
        expect(body.status).not.toBe('RUNNING');
        return body;
      },
      { withinMs: 20_000 },
    );
  }

  /** The events that arrived, each as often as it did. */
  async function arrived(times: number): Promise<string[]> {
    const requests = await receiver.waitFor(times, { path });
    return requests.map(({ headers }) => headers['webhook-id']).sort();
  }

  /** Failed deliveries, quickly. */
  async function recordFailed(many: number): Promise<void> {
    await app.database.query(
      `with made as (
         insert into events (id, account_id, type, call_id, occurred_at, data)
         select uuid_generate_v7(), $1, 'CALL_COMPLETED', 'call_' || n, now(), $3 from generate_series(1, $4::int) as n
         returning id
       )
       insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, failed_at, finished_at)
       select uuid_generate_v7(), $1, $2, id, 'CALL_COMPLETED', 'DEFAULT', 'FAILED', 4, now(), now() from made`,
      [toUuid(accountId), toUuid(webhook.id), await someData(), many],
    );
  }

  async function someData(): Promise<string> {
    const { eventId } = await recordEvent(app.database, { accountId, at: hoursAgo(48) });
    const [{ data }] = await app.database.query<{ data: string }>('select data from events where id = $1', [
      toUuid(eventId),
    ]);
    return data;
  }

  it('`failed` sends again what failed in the window, and only that', async () => {
    const failed = [
      await record({ status: 'FAILED' }),
      await record({ status: 'FAILED', eventType: 'CALL_FAILED' }),
    ];
    await record();
    await record({ status: 'FAILED', at: hoursAgo(11) });
    await record({ status: 'FAILED', test: true });
    await recordEvent(app.database, { accountId, at: hoursAgo(2) });
    const answer = await replay();
    expect(answer).toMatchObject({
      status: 202,
      body: {
        id: expect.stringMatching(/^rpl_/),
        which: 'failed',
        count: 2,
        isCounted: true,
        status: 'RUNNING',
      },
    });
    expect(await ended(answer.body.id)).toMatchObject({
      status: 'DONE',
      queued: 2,
      count: 2,
      endReason: null,
    });
    expect(await arrived(2)).toEqual(failed.map(({ eventId }) => eventId).sort());
    await eventually(async () => {
      const { body } = await api.get(`/v1/deliveries/${failed[0].deliveryId}`);
      expect(body).toMatchObject({ status: 'DELIVERED', trigger: 'replay', attemptCount: 2 });
      expect(body.attempts.at(-1)).toMatchObject({ number: 2, trigger: 'replay', outcome: 'DELIVERED' });
    });
    await sleep(300);
    expect(receiver.to(path)).toHaveLength(2);
  });

  it('says what became of each delivery, to its end', async () => {
    const slow = await createWebhook(app, accountId, { url: receiver.url(`${path}-failing`) });
    receiver.at(`${path}-failing`, behaviours.status(500));
    await recordDelivery(app.database, { accountId, webhookId: slow.id, at: hoursAgo(2), status: 'FAILED' });
    await record({ status: 'FAILED' });
    await record({ status: 'FAILED' });
    const { body } = await api.post('/v1/replays', { since, which: 'failed' });
    expect(body).toMatchObject({
      id: expect.stringMatching(/^rpl_/),
      count: 3,
      selected: 3,
      status: 'RUNNING',
    });
    const again = await api.post('/v1/replays', { since, which: 'failed' });
    expect(again).toMatchObject({ status: 202, body: { id: body.id } });
    const counts = new Set<number>();
    await eventually(
      async () => {
        const { body: state } = await api.get(`/v1/replays/${body.id}`);
        counts.add(state.delivered + state.failed + state.pending);
        expect(state).toMatchObject({ status: 'DONE', selected: 3, delivered: 2, failed: 1, pending: 0 });
      },
      { withinMs: 25_000 },
    );
    expect([...counts]).toEqual([3]);
    // Also once the runner has counted and forgotten them.
    await eventually(async () => expect(await app.database.query('select 1 from replay_items')).toEqual([]));
    expect((await api.get(`/v1/replays/${body.id}`)).body).toMatchObject({
      delivered: 2,
      failed: 1,
      pending: 0,
    });
    expect((await stranger.get(`/v1/replays/${body.id}`)).status).toBe(404);
    expect((await stranger.post('/v1/replays', { webhookIds: [slow.id], since, which: 'all' })).status).toBe(
      404,
    );
  });

  it('`dryRun` counts and sends nothing', async () => {
    await record({ status: 'FAILED' });
    await record();
    await recordEvent(app.database, { accountId, at: hoursAgo(3) });
    for (const [which, count] of [
      ['failed', 1],
      ['missed', 1],
      ['all', 3],
    ] as const) {
      expect(await replay({ which, dryRun: true })).toMatchObject({ status: 200, body: { count } });
      const several = await api.post('/v1/replays', { since, which, dryRun: true });
      expect(several).toMatchObject({ status: 200, body: { count } });
    }
    expect((await replay({ dryRun: true }, stranger)).status).toBe(404);
    expect((await replay({ dryRun: 'yes' })).body.errors[0].path).toBe('dryRun');
    await sleep(300);
    expect(receiver.to(path)).toEqual([]);
    expect((await api.get(`/v1/webhooks/${webhook.id}/replays`)).body.data).toEqual([]);
  });

  it('`missed` sends the events of its types that it never got, tests and expunged ones aside', async () => {
    const missed = [
      await recordEvent(app.database, { accountId, at: hoursAgo(3) }),
      await recordEvent(app.database, { accountId, at: hoursAgo(2), type: 'CALL_FAILED' }),
    ];
    await record();
    await record({ status: 'FAILED' });
    await recordEvent(app.database, { accountId, at: hoursAgo(2), type: 'INCOMING_CALL_FAILED' });
    await recordEvent(app.database, { accountId, at: hoursAgo(2), test: true });
    await recordEvent(app.database, { accountId, at: hoursAgo(11) });
    const expunged = await recordEvent(app.database, { accountId, at: hoursAgo(2) });
    await api.delete(`/v1/events/${expunged.eventId}/payload`);
    await recordEvent(app.database, { accountId: (await createAccount(app)).id, at: hoursAgo(2) });

    const { body } = await replay({ which: 'missed' });
    expect(body.count).toBe(2);
    expect(await ended(body.id)).toMatchObject({ status: 'DONE', queued: 2 });
    expect(await arrived(2)).toEqual(missed.map(({ eventId }) => eventId).sort());
    const again = await replay({ which: 'missed' });
    expect(again.body.count).toBe(0);
  });

  it('`missed` brings what happened while the webhook was paused', async () => {
    const change = { actor: TEST_ACTOR };
    await app.get(WebhookService).update(accountId, webhook.id, { status: 'PAUSED' }, change);
    const { eventId } = await recordEvent(app.database, { accountId, at: hoursAgo(1) });
    const refused = await replay({ which: 'missed' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(refused.body.detail).toMatch(/paused.*ACTIVE/);
    await app.get(WebhookService).update(accountId, webhook.id, { status: 'ACTIVE' }, change);
    await ended((await replay({ which: 'missed' })).body.id);
    expect(await arrived(1)).toEqual([eventId]);
  });

  it('`all` sends what was delivered, what failed and what was missed, once each', async () => {
    const events = [
      await record(),
      await record({ status: 'FAILED' }),
      await recordEvent(app.database, { accountId, at: hoursAgo(2) }),
    ].map(({ eventId }) => eventId);
    const { body } = await replay({ which: 'all' });
    expect(body.count).toBe(3);
    expect(await ended(body.id)).toMatchObject({ status: 'DONE', queued: 3 });
    expect(await arrived(3)).toEqual(events.sort());
    await sleep(300);
    expect(receiver.to(path)).toHaveLength(3);
  });

  it('leaves a delivery alone that is on its way already', async () => {
    await record({ status: 'PENDING', dueAt: new Date(Date.now() + HOUR) });
    const { body } = await replay({ which: 'all' });
    expect(await ended(body.id)).toMatchObject({ status: 'DONE', count: 0, queued: 0 });
  });

  it('asked for twice while under way is one and the same, also at the same moment, and sends nothing twice', async () => {
    await recordFailed(1_500);
    const answers = await Promise.all(Array.from({ length: 5 }, () => replay()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await ended(answers[0].body.id);
    const events = await arrived(1_500);
    expect(new Set(events).size).toBe(1_500);
    await sleep(300);
    expect(receiver.to(path)).toHaveLength(1_500);
  }, 60_000);

  it('refuses another one of the same webhook while one is under way, and says which', async () => {
    await app.database.query(`update webhooks set max_concurrency = 1 where id = $1`, [toUuid(webhook.id)]);
    receiver.at(path, { kind: 'answer', status: 200, delayMs: 100 });
    await recordFailed(3_000);
    const first = await replay();
    const second = await replay({ which: 'all' });
    expect(second).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(second.body.detail).toContain(first.body.id);
    await api.post(`/v1/replays/${first.body.id}/cancel`);
  });

  it('can be cancelled: what is in line is still sent, the rest stays as it was', async () => {
    await app.database.query(`update webhooks set max_concurrency = 1 where id = $1`, [toUuid(webhook.id)]);
    receiver.at(path, { kind: 'answer', status: 200, delayMs: 200 });
    await recordFailed(4_000);
    const { body } = await replay();
    await eventually(async () =>
      expect((await api.get(`/v1/replays/${body.id}`)).body.queued).toBeGreaterThan(0),
    );
    const cancelled = await api.post(`/v1/replays/${body.id}/cancel`);
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: 'CANCELLED', endReason: expect.any(String) },
    });
    expect((await api.post(`/v1/replays/${body.id}/cancel`)).body).toEqual(cancelled.body);
    await sleep(1_500);
    const { body: later } = await api.get(`/v1/replays/${body.id}`);
    expect(later.queued).toBe(cancelled.body.queued);
    const [{ failed }] = await app.database.query<{ failed: number }>(
      `select count(*)::int as failed from deliveries where webhook_id = $1 and status = 'FAILED'`,
      [toUuid(webhook.id)],
    );
    expect(failed).toBe(4_000 - later.queued);
    await app.get(WebhookService).remove(accountId, webhook.id, { actor: TEST_ACTOR });
  });

  it('ends by itself, and says why, when the webhook is paused meanwhile', async () => {
    await app.database.query(`update webhooks set max_concurrency = 1 where id = $1`, [toUuid(webhook.id)]);
    receiver.at(path, { kind: 'answer', status: 200, delayMs: 200 });
    await recordFailed(4_000);
    const { body } = await replay();
    await app.get(WebhookService).update(accountId, webhook.id, { status: 'PAUSED' }, { actor: TEST_ACTOR });
    expect(await ended(body.id)).toMatchObject({ status: 'CANCELLED', endReason: 'The webhook was paused.' });
    await app.get(WebhookService).remove(accountId, webhook.id, { actor: TEST_ACTOR });
  });

  it('does not exist for another account: not to ask for, to read, to list or to cancel', async () => {
    await record({ status: 'FAILED' });
    expect(await replay({}, stranger)).toMatchObject({ status: 404 });
    const { body } = await replay();
    expect(await stranger.get(`/v1/replays/${body.id}`)).toMatchObject({ status: 404 });
    expect(await stranger.post(`/v1/replays/${body.id}/cancel`)).toMatchObject({ status: 404 });
    expect(await stranger.get(`/v1/webhooks/${webhook.id}/replays`)).toMatchObject({ status: 404 });
    expect(await ended(body.id)).toMatchObject({ status: 'DONE' });
    expect((await api.get(`/v1/webhooks/${webhook.id}/replays`)).body).toMatchObject({
      data: [{ id: body.id }],
      nextCursor: null,
    });
  });

  it.each([
    [{ which: 'some' }, 'which'],
    [{ which: undefined }, 'which'],
    [{ since: undefined }, 'since'],
    [{ since: '2026-11-23' }, 'since'],
    [{ since: '2999-01-01T00:00:00Z' }, 'since'],
    [{ until: '2000-01-01T00:00:00Z' }, 'since'],
    [{ speed: 'fast' }, 'speed'],
  ])('refuses %p by its path', async (change, field) => {
    const { status, body } = await replay(change);
    expect([status, body.errors?.map(({ path }: any) => path)]).toEqual([400, [field]]);
  });
});

describe('a replay and its dispatchers', () => {
  it('goes on after a restart, by whichever of two runs, and sends nothing twice', async () => {
    const api = await startApp({ modules: [ApiModule] });
    const receiver = await Receiver.start();
    const account = await createAccount(api);
    const webhook = await createWebhook(api, account.id, { url: receiver.url() });
    await api.database.query(
      `with made as (
         insert into events (id, account_id, type, call_id, occurred_at, data)
         select uuid_generate_v7(), $1, 'CALL_COMPLETED', 'call_' || n, now(), $3 from generate_series(1, 3000) as n
         returning id
       )
       insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, failed_at, finished_at)
       select uuid_generate_v7(), $1, $2, id, 'CALL_COMPLETED', 'DEFAULT', 'FAILED', 4, now(), now() from made`,
      [toUuid(account.id), toUuid(webhook.id), JSON.stringify({ call: {} })],
    );
    const http = api.http(account.key);
    const { body } = await http.post(`/v1/webhooks/${webhook.id}/replay`, { since, which: 'failed' });
    expect(body).toMatchObject({ count: 3_000, queued: 0 });

    const first = await startApp({ modules: [DispatcherModule], with: api });
    await eventually(() => expect(receiver.requests.length).toBeGreaterThan(100));
    await first.close();
    const others = [
      await startApp({ modules: [DispatcherModule], with: api }),
      await startApp({ modules: [DispatcherModule], with: api }),
    ];
    await eventually(
      async () => {
        expect((await http.get(`/v1/replays/${body.id}`)).body).toMatchObject({
          status: 'DONE',
          queued: 3_000,
        });
        const [{ open }] = await api.database.query<{ open: number }>(
          `select count(*)::int as open from deliveries where status <> 'DELIVERED'`,
        );
        expect(open).toBe(0);
      },
      { withinMs: 30_000 },
    );
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(3_000);
    expect(receiver.requests).toHaveLength(3_000);
    for (const other of others) await other.close();
    await receiver.stop();
    await api.close();
  }, 90_000);
});
