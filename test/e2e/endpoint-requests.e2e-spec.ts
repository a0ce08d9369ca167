import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsModule } from '@app/accounts';
import { DeliveryEngine, DeliveryReader, DeliveryReadingModule } from '@app/delivery';
import { Sql, toUuid } from '@app/platform';
import { type NewWebhook, WebhookService, WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  behaviours,
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  TEST_ACTOR,
  type TestApp,
} from '../support';
import { removeKeys } from '../support/test-servers';
import { servers } from '../support/servers';

jest.setTimeout(120_000);

const modules = [DispatcherModule, WebhooksModule, AccountsModule, DeliveryReadingModule];

describe('what an endpoint or its customer asks for', () => {
  let app: TestApp;
  let other: TestApp;
  let receiver: Receiver;
  let count = 0;

  beforeAll(async () => {
    app = await startApp({ modules });
    other = await startApp({ modules, with: app });
    receiver = await Receiver.start();
    await sleep(2_500); // both have seen each other
  });
  afterAll(async () => {
    await receiver?.stop();
    await other?.close();
    await app?.close();
  });

  const sql = () => app.get(Sql);

  async function subscribe(settings: Partial<NewWebhook> = {}) {
    const path = `/asks-${++count}`;
    const { id: accountId } = await createAccount(app);
    const webhook = await createWebhook(app, accountId, { url: receiver.url(path), ...settings });
    return { path, accountId, webhook };
  }

  async function publish(accountId: string, through: TestApp = app): Promise<string> {
    const answer = await through.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    expect(answer.status).toBe(202);
    return answer.body.id;
  }

  const deliveryOf = async (accountId: string, eventId: string) => {
    const { data } = await app.get(DeliveryReader).list(accountId, { eventId }, { limit: 1 });
    return app.get(DeliveryReader).get(accountId, data[0].id);
  };

  const webhookOf = async (id: string) =>
    (await sql().rows<any>('select * from webhooks where id = $1', [toUuid(id)]))[0];

  it.each([
    ['429, with seconds', 429, () => '2.5'],
    ['503, with a date', 503, () => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000).toUTCString()],
  ])('Retry-After of a %s holds the endpoint in every process, and uses up no retry', async (_, status, value) => {
    const { path, accountId } = await subscribe();
    receiver.at(path, behaviours.status(status, { 'retry-after': value() }));
    const first = await publish(accountId, app);
    await receiver.waitFor(1, { path });
    const from = receiver.to(path)[0].arrivedAt;
    receiver.at(path, behaviours.ok);
    const held = await eventually(async () => {
      const delivery = await deliveryOf(accountId, first);
      expect(delivery).toMatchObject({ status: 'PENDING', held: 'RETRY_AFTER' });
      return delivery;
    });
    expect(held.nextAttemptAt!.getTime() - from).toBeGreaterThan(1_900);
    await sleep(700); // within a second, the other dispatcher knows
    const others = [await publish(accountId, other), await publish(accountId, app)];
    await receiver.waitFor(4, { path, withinMs: 10_000 });
    const times = receiver.to(path).map(({ arrivedAt }) => arrivedAt);
    expect(times.length).toBe(4);
    expect(Math.min(...times.slice(1)) - from).toBeGreaterThanOrEqual(1_950);
    expect(Math.max(...times.slice(1)) - from).toBeLessThan(5_000);
    for (const id of [first, ...others])
      await eventually(async () => expect(await deliveryOf(accountId, id)).toMatchObject({ status: 'DELIVERED', held: null }));
    const { attempts } = await deliveryOf(accountId, first);
    expect(attempts.map(({ number, statusCode }) => [number, statusCode])).toEqual([[1, status], [2, 200]]);
  }); // prettier-ignore

  it('a delivery has all its retries left after it was asked to wait, and ten such waits at most', async () => {
    const { path, accountId } = await subscribe();
    receiver.at(path, behaviours.status(429, { 'retry-after': '0.1' }));
    const id = await publish(accountId);
    await receiver.waitFor(3, { path, withinMs: 10_000 });
    receiver.at(path, behaviours.status(500));
    await eventually(async () => expect((await deliveryOf(accountId, id)).status).toBe('FAILED'), { withinMs: 20_000 });
    const { attempts } = await deliveryOf(accountId, id);
    expect(attempts.map(({ statusCode }) => statusCode)).toEqual([429, 429, 429, 500, 500, 500, 500]);
  }); // prettier-ignore

  it('410 disables the webhook at once, ends its deliveries, and keeps its events', async () => {
    const { path, accountId, webhook } = await subscribe();
    receiver.at(path, behaviours.status(410));
    const id = await publish(accountId);
    await eventually(async () =>
      expect(await webhookOf(webhook.id)).toMatchObject({ status: 'DISABLED', disabled_reason: expect.stringContaining('410') }),
    );
    await eventually(async () => expect(await deliveryOf(accountId, id)).toMatchObject({ status: 'FAILED', attemptCount: 1 }));
    const later = await publish(accountId, other);
    expect(await sql().rows('select id from events where id = $1', [toUuid(later)])).toHaveLength(1);
    await sleep(1_500);
    expect(receiver.to(path)).toHaveLength(1);
  }); // prettier-ignore

  it('a pause in the middle keeps the delivery and its remaining attempts', async () => {
    const { path, accountId, webhook } = await subscribe();
    receiver.at(path, behaviours.status(500));
    const id = await publish(accountId);
    await receiver.waitFor(1, { path });
    await app.get(WebhookService).update(accountId, webhook.id, { status: 'PAUSED' }, { actor: TEST_ACTOR });
    await sleep(2_500);
    expect(receiver.to(path)).toHaveLength(1);
    expect(await deliveryOf(accountId, id)).toMatchObject({ status: 'PENDING', held: 'PAUSED', nextAttemptAt: null, attemptCount: 1 });
    await app.get(WebhookService).update(accountId, webhook.id, { status: 'ACTIVE' }, { actor: TEST_ACTOR });
    await eventually(async () => expect((await deliveryOf(accountId, id)).status).toBe('FAILED'), { withinMs: 20_000 });
    expect(receiver.to(path).map(({ headers }) => headers['x-webhook-attempt'])).toEqual(['1', '2', '3', '4']);
  }); // prettier-ignore

  it('is known to every process without Redis as well', async () => {
    const { path, accountId } = await subscribe();
    receiver.at(path, behaviours.ok);
    for (const through of [app, other]) await publish(accountId, through);
    await receiver.waitFor(2, { path });
    await removeKeys(servers().redisUrl, app.config.REDIS_PREFIX);
    await sql().execute(`update webhooks set held_until = now() + interval '4 seconds' where account_id = $1`, [toUuid(accountId)]);
    await sleep(1_200);
    const held = Date.now();
    for (const through of [app, other]) await publish(accountId, through);
    await sleep(1_500);
    expect(receiver.to(path)).toHaveLength(2);
    await receiver.waitFor(4, { path, withinMs: 10_000 });
    expect(Date.now() - held).toBeLessThan(6_000);
  }); // prettier-ignore

  it('sends no more at once to one endpoint by two dispatchers than by one', async () => {
    const { path, accountId } = await subscribe();
    receiver.at(path, behaviours.after(400));
    await Promise.all(Array.from({ length: 20 }, (_, i) => publish(accountId, i % 2 ? app : other)));
    await receiver.waitFor(8, { path });
    const requests = receiver.to(path).slice(0, 12);
    // Nothing is known of it at first: four requests by both together.
    const first = requests[0].arrivedAt;
    expect(requests.filter(({ arrivedAt }) => arrivedAt < first + 380).length).toBeLessThanOrEqual(4);
    await eventually(async () => {
      const pending = await sql().rows(`select id from deliveries where account_id = $1 and status = 'PENDING'`, [toUuid(accountId)]);
      expect(pending).toEqual([]);
    }, { withinMs: 20_000 });
    expect(receiver.to(path)).toHaveLength(20);
  }); // prettier-ignore

  it('that an endpoint is silent is known to the other dispatcher within a second', async () => {
    const { path, accountId, webhook } = await subscribe();
    receiver.at(path, behaviours.ok);
    for (const through of [app, other]) await publish(accountId, through);
    await receiver.waitFor(2, { path });
    receiver.at(path, behaviours.hang);
    await publish(accountId, app);
    await receiver.waitFor(3, { path });
    const { queues } = other.get<any>(DeliveryEngine);
    const trust = () => queues.get(webhook.id).trust;
    expect(trust()).toBe('responsive');
    await eventually(() => expect(trust()).toBe('unresponsive'), { withinMs: 3_000 });
    receiver.at(path, behaviours.ok);
  });
});
