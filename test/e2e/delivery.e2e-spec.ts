import { createHmac } from 'node:crypto';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { AccountsModule } from '@app/accounts';
import {
  behaviours,
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';

describe('delivery of an event', () => {
  let app: TestApp;
  let receiver: Receiver;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  const publish = (accountId: string, changes = {}) =>
    app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId, changes));

  async function deliveryOf(eventId: string) {
    const [row] = await app
      .get(Sql)
      .rows<any>('select * from deliveries where event_id = $1', [toUuid(eventId)]);
    const attempts = row
      ? await app
          .get(Sql)
          .rows<any>('select * from attempts where delivery_id = $1 order by number', [row.id])
      : [];
    return { ...row, attempts };
  }

  it('reaches the webhook with the headers and the signature of the contract, and is recorded', async () => {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url('/first'), secret: 'se¢ret' });
    const answer = await publish(id);
    expect(answer).toMatchObject({ status: 202, body: { deliveries: 1, duplicate: false } });

    const [request] = await receiver.waitFor(1, { path: '/first' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^SkipCalls-Webhooks\/\d/),
      'x-webhook-event': 'CALL_COMPLETED',
      'x-webhook-attempt': '1',
      'x-webhook-delivery': expect.stringMatching(/^dlv_/),
      'webhook-id': answer.body.id,
      'x-webhook-signature': createHmac('sha256', 'se¢ret').update(request.body).digest('hex'),
    });
    const delivery = await eventually(async () => {
      const found = await deliveryOf(answer.body.id);
      expect(found.status).toBe('DELIVERED');
      return found;
    });
    expect(delivery.attempts).toHaveLength(1);
    expect(delivery.attempts[0]).toMatchObject({
      number: 1,
      trigger: 'event',
      outcome: 'DELIVERED',
      status_code: 200,
      response_body: 'ok',
    });
    await eventually(async () =>
      expect(await app.get(Sql).rows('select * from delivery_leases')).toEqual([]),
    );
  });

  it('is tried again 1, 2 and 4 s after the attempt before ended, with the same bytes, and then fails', async () => {
    const { id } = await createAccount(app);
    receiver.at('/down', behaviours.status(503));
    await createWebhook(app, id, { url: receiver.url('/down') });
    const answer = await publish(id);
    const requests = await receiver.waitFor(4, { path: '/down' });
    const gaps = requests.slice(1).map((request, i) => request.arrivedAt - requests[i].arrivedAt);
    [1_000, 2_000, 4_000].forEach((due, i) => {
      expect(gaps[i]).toBeGreaterThanOrEqual(due - 5);
      expect(gaps[i]).toBeLessThan(due + 250);
    });
    expect(new Set(requests.map(({ body }) => body.toString())).size).toBe(1);
    expect(requests.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(['1', '2', '3', '4']);
    await eventually(async () => expect((await deliveryOf(answer.body.id)).status).toBe('FAILED'));
    const { attempts } = await deliveryOf(answer.body.id);
    expect(attempts.map((attempt: any) => attempt.trigger)).toEqual(['event', 'retry', 'retry', 'retry']);
  }, 20_000);

  it('sends nothing twice for the same idempotency key, even at the same moment', async () => {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url('/once') });
    const input = eventInput(id, { idempotencyKey: 'call 1' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.http(PUBLISHER_TOKEN).post('/internal/v1/events', input)),
    );
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await receiver.waitFor(1, { path: '/once' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.requests.filter(({ path }) => path === '/once')).toHaveLength(1);
  });

  it('refuses a wrong event by path and stores nothing', async () => {
    const { id } = await createAccount(app);
    const answer = await app
      .http(PUBLISHER_TOKEN)
      .post('/internal/v1/events', { accountId: id, type: 'CALL_LOST', data: { call: { id: 'x', bad: 1 } } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: any) => path)).toEqual(
      expect.arrayContaining(['type', 'data.call.bad', 'data.call.status', 'data.phoneNumbers']),
    );
    expect(await app.get(Sql).rows('select id from events where account_id = $1', [toUuid(id)])).toEqual([]);
  });

  it('does not reach a private address, and says so', async () => {
    const { id } = await createAccount(app);
    const webhook = await createWebhook(app, id, { url: receiver.url('/private') });
    await app
      .get(Sql)
      .execute(`update webhooks set url = 'http://10.1.2.3/x', updated_at = now() where id = $1`, [
        toUuid(webhook.id),
      ]);
    const answer = await publish(id);
    await eventually(async () =>
      expect((await deliveryOf(answer.body.id)).last_outcome).toBe('BLOCKED_ADDRESS'),
    );
  });
});
