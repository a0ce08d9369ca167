import { Sql, toUuid } from '@app/platform';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  callData, createAccount, eventInput, eventually, type HttpClient, PUBLISHER_TOKEN, Receiver, startApp, type TestApp,
} from '../support'; // prettier-ignore

jest.setTimeout(60_000);

const HIGH = { field: 'dataCollected.priority', op: 'eq', value: 'high' };

describe('filters', () => {
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;
  let api: HttpClient;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });
  beforeEach(async () => {
    const account = await createAccount(app);
    [accountId, api] = [account.id, app.http(account.key)];
  });

  const create = async (path: string, settings: Record<string, unknown> = {}) => {
    const { status, body } = await api.post('/v1/webhooks', {
      name: path, url: receiver.url(path), events: ['CALL_COMPLETED'], ...settings,
    }); // prettier-ignore
    expect(status).toBe(201);
    return body as { id: string };
  };
  const publish = async (priority: string | null, changes: { type?: 'CALL_FAILED' } = {}) => {
    const data = callData({ dataCollected: priority === null ? {} : { priority } });
    const { body } = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId, { data, ...changes }));
    return body as { id: string; deliveries: number };
  };
  const event = async (id: string) => (await api.get(`/v1/events/${id}`)).body;

  it('let through what matches; the rest has no delivery and is FILTERED', async () => {
    const webhook = await create('/filtered', { filter: HIGH });
    const [high, low, none] = [await publish('high'), await publish('low'), await publish(null)];
    expect([high, low, none].map(({ deliveries }) => deliveries)).toEqual([1, 0, 0]);
    expect((await event(high.id)).skipped).toEqual([]);
    for (const { id } of [low, none]) expect((await event(id)).skipped).toEqual([{ webhookId: webhook.id, reason: 'FILTERED' }]);
    expect((await receiver.waitFor(1, { path: '/filtered' })).map(({ headers }) => headers['webhook-id'])).toEqual([high.id]);
  });

  it('records why each webhook got nothing, as it was at that time', async () => {
    const [other, paused, disabled, filtered] = [
      await create('/other', { events: ['INCOMING_CALL_FAILED'] }),
      await create('/paused', { status: 'PAUSED' }),
      await create('/disabled'),
      await create('/filtered-2', { filter: HIGH }),
    ];
    const active = await create('/active');
    await app.get(Sql).execute(`update webhooks set status = 'DISABLED' where id = $1`, [toUuid(disabled.id)]);
    const { id, deliveries } = await publish('low');
    expect(deliveries).toBe(1);
    await api.patch(`/v1/webhooks/${paused.id}`, { status: 'ACTIVE' });
    await api.patch(`/v1/webhooks/${filtered.id}`, { filter: null });
    await api.delete(`/v1/webhooks/${other.id}`);
    const expected = [
      { webhookId: other.id, reason: 'NOT_SUBSCRIBED' },
      { webhookId: paused.id, reason: 'PAUSED' },
      { webhookId: disabled.id, reason: 'DISABLED' },
      { webhookId: filtered.id, reason: 'FILTERED' },
    ];
    const list = (await api.get('/v1/events')).body.data[0];
    expect(list).toMatchObject({ id, skipped: expected });
    expect(list.deliveries).toEqual([{ id: expect.stringMatching(/^dlv_/), webhookId: active.id, status: expect.any(String) }]);
    expect((await event(id)).skipped).toEqual(expected);
  });

  it('shows the call with each event', async () => {
    const { id } = await publish('high');
    const call = { id: expect.any(String), title: 'Follow-up with Ada', from: '+14155550100', to: '+442071838750', startedAt: '2026-11-23T09:58:20.000Z' };
    expect((await api.get('/v1/events')).body.data[0]).toMatchObject({ id, call });
    expect(await event(id)).toMatchObject({ id, call });
    await api.delete(`/v1/events/${id}/payload`);
    expect((await event(id)).call).toMatchObject({ title: null, from: null, to: null, startedAt: null });
  });

  it('take effect within a second, also where filters were not known before', async () => {
    const webhook = await create('/changing');
    expect((await publish('low')).deliveries).toBe(1);
    await api.patch(`/v1/webhooks/${webhook.id}`, { filter: HIGH });
    await eventually(async () => expect((await publish('low')).deliveries).toBe(0), { withinMs: 1_000 });
    await create('/new', { filter: HIGH });
    await eventually(async () => expect((await publish('high')).deliveries).toBe(2), { withinMs: 1_000 });
    expect((await publish('low')).deliveries).toBe(0);
    await api.patch(`/v1/webhooks/${webhook.id}`, { filter: null });
    await eventually(async () => expect((await publish('low')).deliveries).toBe(1), { withinMs: 1_000 });
  });

  it('are rejected with the path of what is wrong', async () => {
    const settings = { name: 'x', url: receiver.url(), events: ['CALL_COMPLETED'] };
    const { status, body } = await api.post('/v1/webhooks', { ...settings, filter: { any: [HIGH, { ...HIGH, op: 'like' }] } });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path: 'filter.any[1].op', message: expect.stringContaining('must be one of') }]);
    expect((await api.post('/v1/webhooks', { ...settings, filter: {} })).status).toBe(400);
  });

  it('can be previewed over the last events, which changes nothing', async () => {
    const webhook = await create('/previewed');
    const [low, high] = [await publish('low'), await publish('high')];
    await publish('high', { type: 'CALL_FAILED' });
    const { status, body } = await api.post(`/v1/webhooks/${webhook.id}/filter/preview`, { filter: HIGH });
    expect(status).toBe(200);
    expect(body).toEqual({
      matched: 1,
      checked: 2,
      events: [
        { id: high.id, matched: true, because: 'dataCollected.priority eq "high": the value is "high"' },
        { id: low.id, matched: false, because: 'dataCollected.priority eq "high": the value is "low"' },
      ],
    });
    expect((await api.get(`/v1/webhooks/${webhook.id}`)).body.filter).toBeNull();
    const stranger = app.http((await createAccount(app)).key);
    expect((await stranger.post(`/v1/webhooks/${webhook.id}/filter/preview`, { filter: HIGH })).status).toBe(404);
    expect((await api.post(`/v1/webhooks/${webhook.id}/filter/preview`, { filter: { not: 1 } })).body.errors).toEqual([
      { path: 'filter.not', message: expect.any(String) },
    ]);
  });

  it('do not count as missed: a replay sends what was missed during a pause, and not what the filter excludes', async () => {
    const webhook = await create('/replayed', { filter: HIGH, status: 'PAUSED' });
    const since = new Date(Date.now() - 60_000).toISOString();
    const [low, high] = [await publish('low'), await publish('high')];
    expect((await event(low.id)).skipped[0].reason).toBe('FILTERED');
    expect((await event(high.id)).skipped[0].reason).toBe('PAUSED');
    await api.patch(`/v1/webhooks/${webhook.id}`, { status: 'ACTIVE' });
    await api.post(`/v1/webhooks/${webhook.id}/replay`, { since, which: 'missed' });
    const received = await receiver.waitFor(1, { path: '/replayed' });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([high.id]);
    expect((await event(low.id)).deliveries).toEqual([]);
  });

  describe('sending an event by hand', () => {
    it('reaches a webhook whose filter excluded it, with retries, and only once', async () => {
      const webhook = await create('/sent', { filter: HIGH });
      const { id } = await publish('low');
      receiver.next({ kind: 'answer', status: 500 });
      const sent = await api.post(`/v1/events/${id}/send`, { webhookId: webhook.id });
      expect(sent.status).toBe(202);
      expect(sent.body).toMatchObject({ eventId: id, webhookId: webhook.id, trigger: 'manual' });
      const delivery = await eventually(
        async () => {
          const { body } = await api.get(`/v1/deliveries/${sent.body.id}`);
          expect(body.status).toBe('DELIVERED');
          return body;
        },
        { withinMs: 20_000 },
      );
      expect(delivery.attempts.map(({ trigger, statusCode }: any) => [trigger, statusCode])).toEqual([['manual', 500], ['retry', 200]]);
      expect((await api.post(`/v1/events/${id}/send`, { webhookId: webhook.id })).status).toBe(409);
    });

    it('is refused to strangers, to webhooks that are not active, and after the payload was erased', async () => {
      const paused = await create('/not-active', { status: 'PAUSED' });
      const { id } = await publish('low');
      expect((await api.post(`/v1/events/${id}/send`, { webhookId: paused.id })).status).toBe(409);
      expect((await api.post(`/v1/events/${id}/send`, { webhookId: 'x' })).body.errors[0].path).toBe('webhookId');
      const other = await createAccount(app);
      const stranger = app.http(other.key);
      expect((await stranger.post(`/v1/events/${id}/send`, { webhookId: paused.id })).status).toBe(404);
      const { body: theirs } = await stranger.post('/v1/webhooks', { name: 'x', url: receiver.url(), events: ['CALL_COMPLETED'] });
      expect((await api.post(`/v1/events/${id}/send`, { webhookId: theirs.id })).status).toBe(404);
      await api.patch(`/v1/webhooks/${paused.id}`, { status: 'ACTIVE' });
      await api.delete(`/v1/events/${id}/payload`);
      expect((await api.post(`/v1/events/${id}/send`, { webhookId: paused.id })).status).toBe(410);
    });
  });
}); // prettier-ignore
