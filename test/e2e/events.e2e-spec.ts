import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { PayloadExpunger } from '@app/delivery';
import { toUuid } from '@app/platform';
import { WebhookService } from '@app/webhooks';
import {
  behaviours,
  callData,
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
import { recordEvent } from '../support/history';

const HOUR = 3_600_000;

describe('events', () => {
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;

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
  });

  async function publish(changes: Parameters<typeof eventInput>[1] = {}): Promise<string> {
    const input = eventInput(accountId, changes);
    const { status, body } = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', input);
    expect(status).toBe(202);
    return body.id as string;
  }

  async function deliveryOf(eventId: string, status: string): Promise<any> {
    return eventually(async () => {
      const [delivery] = (await api.get(`/v1/events/${eventId}`)).body.deliveries;
      expect(delivery).toMatchObject({ status });
      return (await api.get(`/v1/deliveries/${delivery.id}`)).body;
    });
  }

  it('are listed newest first, by every filter', async () => {
    const now = Date.now();
    const events = [
      { at: new Date(now - 3 * HOUR), callId: 'call_x' },
      { at: new Date(now - 2 * HOUR), type: 'CALL_FAILED' as const },
      { at: new Date(now - HOUR), callId: 'call_x', type: 'CALL_FAILED' as const },
    ];
    const ids: string[] = [];
    for (const event of events) ids.push((await recordEvent(app.database, { accountId, ...event })).eventId);
    const [a, b, c] = ids;
    const cases: [Record<string, string>, (string | undefined)[]][] = [
      [{}, [c, b, a]],
      [{ type: 'CALL_FAILED' }, [c, b]],
      [{ callId: 'call_x' }, [c, a]],
      [{ callId: 'call_x', type: 'CALL_COMPLETED' }, [a]],
      [{ since: new Date(now - 2 * HOUR).toISOString() }, [c, b]],
      [{ until: new Date(now - 2 * HOUR).toISOString() }, [a]],
    ];
    for (const [query, expected] of cases) {
      const { body } = await api.get('/v1/events', { query });
      expect([query, body.data.map(({ id }: any) => id)]).toEqual([query, expected]);
      expect(JSON.stringify(body)).not.toContain('transcript');
    }
  });

  it('are paged through once each while others arrive', async () => {
    const expected: string[] = [];
    for (let i = 0; i < 7; i += 1) {
      const { eventId } = await recordEvent(app.database, { accountId, at: new Date(Date.now() - HOUR + i) });
      expected.unshift(eventId);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: '3', ...(cursor ? { cursor } : {}) };
      const { body } = await api.get<any>('/v1/events', { query });
      seen.push(...body.data.map(({ id }: any) => id));
      cursor = body.nextCursor;
      await recordEvent(app.database, { accountId });
    } while (cursor);
    expect(seen).toEqual(expected);
  });

  it('are stored also when no webhook wants them, with what was published', async () => {
    const data = callData();
    const id = await publish({ data, idempotencyKey: 'key-1', occurredAt: '2026-11-23T10:00:00.000Z' });
    expect((await api.get(`/v1/events/${id}`)).body).toMatchObject({
      id,
      type: 'CALL_COMPLETED',
      callId: data.call.id,
      idempotencyKey: 'key-1',
      occurredAt: '2026-11-23T10:00:00.000Z',
      test: false,
      expungedAt: null,
      data,
      deliveries: [],
    });
  });

  it('are not there for another account, to be read or to be expunged', async () => {
    const data = callData();
    const id = await publish({ data });
    expect(await stranger.get(`/v1/events/${id}`)).toMatchObject({ status: 404 });
    expect(await stranger.delete(`/v1/events/${id}/payload`)).toMatchObject({ status: 404 });
    expect((await stranger.get('/v1/events')).body.data).toEqual([]);
    expect((await stranger.get('/v1/events', { query: { callId: data.call.id } })).body.data).toEqual([]);
    expect((await api.get(`/v1/events/${id}`)).body.data).toEqual(data);
  });

  describe('whose payload is expunged', () => {
    it('keep the record that they were sent, and nothing of what was said', async () => {
      receiver.at('/echo', {
        kind: 'answer',
        status: 200,
        body: 'you said Ada Lovelace',
        headers: { 'x-echo': 'Ada Lovelace' },
      });
      await createWebhook(app, accountId, { url: receiver.url('/echo') });
      const id = await publish({
        data: callData({ call: { title: 'Follow-up with Ada Lovelace' } as never }),
      });
      const { id: deliveryId } = await deliveryOf(id, 'DELIVERED');

      expect(await api.delete(`/v1/events/${id}/payload`)).toMatchObject({ status: 204, body: undefined });

      const { body: event } = await api.get(`/v1/events/${id}`);
      expect(event).toMatchObject({
        data: null,
        expungedAt: expect.any(String),
        deliveries: [{ status: 'DELIVERED' }],
      });
      const { body: delivery } = await api.get(`/v1/deliveries/${deliveryId}`);
      expect(delivery).toMatchObject({
        body: null,
        payloadExpungedAt: event.expungedAt,
        attempts: [{ statusCode: 200, request: { body: null }, response: { headers: {}, body: null } }],
      });
      const stored = await app.database.query(
        `select (select json_agg(events) from events where id = $1) as events,
                (select json_agg(attempts) from attempts where delivery_id = $2) as attempts`,
        [toUuid(id), toUuid(deliveryId)],
      );
      expect(JSON.stringify(stored)).not.toContain('Ada Lovelace');
    });

    it('stay so when it is asked for again', async () => {
      const id = await publish();
      await api.delete(`/v1/events/${id}/payload`);
      const { expungedAt } = (await api.get(`/v1/events/${id}`)).body;
      expect((await api.delete(`/v1/events/${id}/payload`)).status).toBe(204);
      expect((await api.get(`/v1/events/${id}`)).body.expungedAt).toBe(expungedAt);
    });

    it('do not come back when their publisher repeats itself', async () => {
      const id = await publish({ idempotencyKey: 'same' });
      await api.delete(`/v1/events/${id}/payload`);
      expect(await publish({ idempotencyKey: 'same' })).toBe(id);
      expect((await api.get(`/v1/events/${id}`)).body.data).toBeNull();
    });

    it('are not sent any more by deliveries that still wait: those fail as NOT_SENT', async () => {
      receiver.at('/down', behaviours.status(500));
      await createWebhook(app, accountId, { url: receiver.url('/down') });
      const id = await publish();
      await eventually(async () => {
        const [delivery] = (await api.get(`/v1/events/${id}`)).body.deliveries;
        expect(delivery).toMatchObject({ status: 'PENDING', waitingFor: 'RETRY_DUE' });
      });
      await api.delete(`/v1/events/${id}/payload`);
      const delivery = await deliveryOf(id, 'FAILED');
      expect(delivery).toMatchObject({
        lastOutcome: 'NOT_SENT',
        attempts: [{ statusCode: 500 }, { outcome: 'NOT_SENT' }],
      });
      expect(receiver.to('/down')).toHaveLength(1);
    });

    it('leave nothing behind in the answer to an attempt that was under way', async () => {
      receiver.at('/slow', { kind: 'answer', status: 200, body: 'you said Ada', delayMs: 400 });
      await createWebhook(app, accountId, { url: receiver.url('/slow') });
      const id = await publish();
      await receiver.waitFor(1, { path: '/slow' });
      await api.delete(`/v1/events/${id}/payload`);
      const { id: deliveryId } = await deliveryOf(id, 'DELIVERED');
      await app.get(PayloadExpunger).forgetLateAnswers();
      const attempts = await app.database.query('select * from attempts where delivery_id = $1', [
        toUuid(deliveryId),
      ]);
      expect(attempts).toMatchObject([{ status_code: 200, response_body: null, response_headers: null }]);
    });

    it('say in the audit trail who did it', async () => {
      const id = await publish();
      await api.delete(`/v1/events/${id}/payload`);
      const trail = await app.database.query(
        `select account_id, actor_kind, action from audit_entries where subject = $1`,
        [id],
      );
      expect(trail).toEqual([{ account_id: toUuid(accountId), actor_kind: 'key', action: 'event.expunge' }]);
    });
  });

  it('that a test made are marked as such', async () => {
    const webhook = await createWebhook(app, accountId, { url: receiver.url('/test') });
    expect((await api.post(`/v1/webhooks/${webhook.id}/test`, {})).status).toBe(200);
    expect((await api.get('/v1/events')).body.data).toMatchObject([{ test: true }]);
    expect((await api.get('/v1/deliveries')).body.data).toMatchObject([{ test: true, trigger: 'test' }]);
    await app.get(WebhookService).remove(accountId, webhook.id, { actor: TEST_ACTOR });
  });

  it('have types, each with a schema and an example of both formats', async () => {
    const { status, body } = await api.get('/v1/event-types');
    expect(status).toBe(200);
    expect(body.data.map(({ type }: any) => type)).toEqual([
      'CALL_COMPLETED',
      'CALL_FAILED',
      'INCOMING_CALL_COMPLETED',
      'INCOMING_CALL_FAILED',
    ]);
    for (const { type, schema, example } of body.data) {
      expect(schema.DEFAULT).toMatchObject({ type: 'object' });
      expect(example.DEFAULT).toMatchObject({ type });
      expect(example.ZAPIER).toMatchObject({ event_type: type });
    }
  });
});
