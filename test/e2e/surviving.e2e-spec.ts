import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsModule } from '@app/accounts';
import {
  DeliveryCommandsModule,
  DeliveryEngine,
  DeliveryReader,
  DeliveryReadingModule,
  DispatcherCommands,
} from '@app/delivery';
import { ChangeFeed, HeartbeatSql, HotPathSql, Sql, toUuid } from '@app/platform';
import { WebhookService, WebhooksModule, WebhookTargets, type NewWebhook } from '@app/webhooks';
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
import { recordDelivery } from '../support/history';
import { servers } from '../support/servers';
import { removeKeys } from '../support/test-servers';

jest.setTimeout(120_000);

const modules = [
  DispatcherModule,
  WebhooksModule,
  AccountsModule,
  DeliveryCommandsModule,
  DeliveryReadingModule,
];
const change = { actor: TEST_ACTOR };
let count = 0;

describe('the delivery engine', () => {
  let app: TestApp;
  let receiver: Receiver;

  beforeAll(async () => {
    app = await startApp({ modules });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  const path = () => `/hook-${++count}`;
  const sql = () => app.get(Sql);
  const deliveriesTo = (webhookId: string) =>
    sql().rows<any>('select * from deliveries where webhook_id = $1 order by id', [toUuid(webhookId)]);
  const attemptsTo = (webhookId: string) =>
    sql().rows<any>('select * from attempts where webhook_id = $1 order by number', [toUuid(webhookId)]);

  async function subscribe(settings: Partial<NewWebhook> & { url: string }) {
    const { id } = await createAccount(app);
    return { accountId: id, webhook: await createWebhook(app, id, settings) };
  }

  async function limit(webhookId: string, column: 'max_concurrency' | 'rate_limit_per_second', value: number) {
    await sql().execute(`update webhooks set ${column} = $2, updated_at = now() where id = $1`, [toUuid(webhookId), value]);
  } // prettier-ignore

  const publish = (accountId: string, many = 1, through: TestApp = app) =>
    Promise.all(
      Array.from({ length: many }, async () => {
        const answer = await through.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
        expect(answer.status).toBe(202);
        return answer.body.id as string;
      }),
    );

  /** A delivery whose first attempt was answered 500 a moment ago, so that its retry waits. */
  async function failOnce() {
    const at = path();
    receiver.at(at, behaviours.status(500));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    const [eventId] = await publish(accountId);
    await eventually(async () => expect(await attemptsTo(webhook.id)).toHaveLength(1));
    const [delivery] = await deliveriesTo(webhook.id);
    return { at, accountId, webhook, eventId, delivery };
  }

  const allAre = (webhookId: string, status: string, many: number, withinMs = 30_000) =>
    eventually(
      async () => {
        const deliveries = await deliveriesTo(webhookId);
        expect(deliveries.map((delivery) => delivery.status)).toEqual(Array(many).fill(status));
        return deliveries;
      },
      { withinMs, everyMs: 100 },
    );

  /** How many were under way at the same time at the most, if each was answered after `ms`. */
  function mostAtOnce(requests: { arrivedAt: number }[], ms: number): number {
    return Math.max(...requests.map(({ arrivedAt }) =>
      requests.filter((other) => other.arrivedAt >= arrivedAt && other.arrivedAt < arrivedAt + ms).length)); // prettier-ignore
  }

  it('makes retries that PostgreSQL keeps though Redis has lost everything, at most a second late', async () => {
    const at = path();
    receiver.at(at, behaviours.status(500));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await publish(accountId, 5);
    await eventually(async () => expect(await attemptsTo(webhook.id)).toHaveLength(15), { withinMs: 20_000 });
    await removeKeys(servers().redisUrl, app.config.REDIS_PREFIX);
    receiver.at(at, behaviours.ok);
    const requests = await receiver.waitFor(20, { path: at });
    const late = requests.slice(15).map((retry) => {
      const before = requests.filter((one) => one.headers['webhook-id'] === retry.headers['webhook-id']);
      return retry.arrivedAt - before[2].arrivedAt - 4_000;
    });
    expect(Math.min(...late)).toBeGreaterThanOrEqual(-5);
    expect(Math.max(...late)).toBeLessThan(1_300);
    await allAre(webhook.id, 'DELIVERED', 5);
  });

  it('parks what a hanging webhook cannot take, lets nobody else feel it, and sends it when it answers again', async () => {
    const [hanging, healthy] = [path(), path()];
    receiver.at(hanging, behaviours.hang);
    const bad = await subscribe({ url: receiver.url(hanging) });
    const good = await subscribe({ url: receiver.url(healthy) });
    await publish(bad.accountId, 120);
    // Those that its queue gave back are parked by a commit of their own.
    await eventually(async () => {
      const parked = (await deliveriesTo(bad.webhook.id)).filter((delivery) => delivery.parked_at !== null);
      expect(parked.length).toBeGreaterThanOrEqual(70);
    });
    expect(receiver.to(hanging).length).toBeLessThanOrEqual(16);

    const begin = Date.now();
    await publish(good.accountId, 50);
    await receiver.waitFor(50, { path: healthy, withinMs: 5_000 });
    expect(Date.now() - begin).toBeLessThan(5_000);
    await allAre(good.webhook.id, 'DELIVERED', 50);

    receiver.at(hanging, behaviours.ok);
    await allAre(bad.webhook.id, 'DELIVERED', 120, 40_000);
  });

  it('parks a due retry whose webhook has no room, and sends it in its turn', async () => {
    const at = path();
    receiver.at(at, behaviours.after(3_000));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at), maxConcurrency: 1 });
    await publish(accountId, 3);
    await receiver.waitFor(1, { path: at });
    const past = { accountId, webhookId: webhook.id, status: 'PENDING', dueAt: new Date() } as const;
    const { deliveryId } = await recordDelivery(app.database, past);
    await eventually(async () => {
      const retry = (await deliveriesTo(webhook.id)).find(({ id }) => id === toUuid(deliveryId));
      expect(retry).toMatchObject({ due_at: null, parked_at: expect.any(Date), next_number: 1 });
    });
    expect(receiver.to(at)).toHaveLength(1);
    receiver.at(at, behaviours.ok);
    await allAre(webhook.id, 'DELIVERED', 4);
    expect((await attemptsTo(webhook.id)).map(({ number }) => number)).toEqual([1, 1, 1, 1]);
  });

  it('settles what waits for a webhook that is disabled, without sending it', async () => {
    const at = path();
    receiver.at(at, behaviours.after(2_000));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await limit(webhook.id, 'max_concurrency', 1);
    await publish(accountId, 60);
    await receiver.waitFor(1, { path: at });
    await sql().execute(`update webhooks set status = 'DISABLED', disabled_reason = 'gone', updated_at = now(), version = version + 1 where id = $1`, [toUuid(webhook.id)]);
    await eventually(async () => {
      const deliveries = await deliveriesTo(webhook.id);
      expect(deliveries.filter(({ status }) => status === 'PENDING')).toEqual([]);
      expect(deliveries.filter(({ last_outcome }) => last_outcome === 'NOT_SENT')).toHaveLength(60 - receiver.to(at).length);
    }, { withinMs: 15_000, everyMs: 100 });
    expect(receiver.to(at).length).toBeLessThanOrEqual(2);
    expect(await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId))).toMatchObject({ body: { deliveries: 0 } });
  }); // prettier-ignore

  it('keeps to maxConcurrency', async () => {
    const at = path();
    receiver.at(at, behaviours.after(200));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await limit(webhook.id, 'max_concurrency', 2);
    await publish(accountId, 12);
    const requests = await receiver.waitFor(12, { path: at });
    expect(mostAtOnce(requests, 190)).toBe(2);
    await allAre(webhook.id, 'DELIVERED', 12);
  });

  it('keeps to rateLimitPerSecond', async () => {
    const at = path();
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await limit(webhook.id, 'rate_limit_per_second', 5);
    await publish(accountId, 16);
    const requests = await receiver.waitFor(16, { path: at });
    expect(mostAtOnce(requests, 950)).toBeLessThanOrEqual(6);
    expect(requests.at(-1)!.arrivedAt - requests[0].arrivedAt).toBeGreaterThan(2_800);
    expect(requests.at(-1)!.arrivedAt - requests[0].arrivedAt).toBeLessThan(6_000);
  });

  it('keeps the automatic retries of a delivery that a person has sent again, and their times', async () => {
    const { at, webhook, delivery } = await failOnce();
    await app.get(DispatcherCommands).retry([`dlv_${delivery.id}`]);
    await allAre(webhook.id, 'FAILED', 1);
    const attempts = await attemptsTo(webhook.id);
    expect(attempts.map(({ trigger }) => trigger)).toEqual(['event', 'manual', 'retry', 'retry', 'retry']);
    expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const [first, , ...retries] = receiver.to(at).map(({ arrivedAt }) => arrivedAt);
    const gaps = retries.map((time, i) => time - (i === 0 ? first : retries[i - 1]));
    [1_000, 2_000, 4_000].forEach((due, i) => {
      expect(gaps[i]).toBeGreaterThanOrEqual(due - 5);
      expect(gaps[i]).toBeLessThan(due + 1_000);
    });
  });

  it('keeps a retry in a batch, shows when it is due, and changes no index of deliveries for it', async () => {
    const updates = async () => {
      const [row] = await sql().rows<any>(
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'deliveries'`,
      );
      return row;
    };
    let before = await updates();
    await eventually(
      async () => {
        const last = before;
        await sleep(1_500);
        before = await updates();
        expect(before).toEqual(last);
      },
      { withinMs: 40_000 },
    );
    const { at, accountId, webhook, eventId, delivery } = await failOnce();
    expect(delivery).toMatchObject({
      due_at: null,
      parked_at: null,
      attempt_count: 1,
      retry_at: expect.any(Date),
    });
    const batches = await sql().rows<any>('select * from retry_batches where $1 = any (delivery_ids)', [
      delivery.id,
    ]);
    expect(batches).toMatchObject([{ id: delivery.claim_id, account_ids: [toUuid(accountId)] }]);
    const { data } = await app
      .get(DeliveryReader)
      .list(accountId, { eventId, status: 'PENDING' }, { limit: 5 });
    expect(data).toMatchObject([
      { attemptCount: 1, waitingFor: 'RETRY_DUE', nextAttemptAt: delivery.retry_at },
    ]);
    receiver.at(at, behaviours.ok);
    const [, second] = await receiver.waitFor(2, { path: at });
    expect(second.arrivedAt).toBeGreaterThanOrEqual(delivery.retry_at.getTime() - 20);
    expect(second.headers['x-webhook-attempt']).toBe('2');
    await allAre(webhook.id, 'DELIVERED', 1);
    expect((await deliveriesTo(webhook.id))[0]).toMatchObject({ retry_at: null, attempt_count: 2 });
    await eventually(async () => {
      expect(await sql().rows('select * from delivery_leases')).toEqual([]);
      expect(await sql().rows('select * from retry_batches')).toEqual([]);
    });
    // The record of the first attempt, the claim, and the record of the second. Counted when their connections are idle.
    await eventually(
      async () => {
        const after = await updates();
        expect([after.all - before.all, after.hot - before.hot]).toEqual([3, 3]);
      },
      { withinMs: 30_000, everyMs: 500 },
    );
  });

  it('makes a retry though the answer to its claim was lost, with the number that was drawn', async () => {
    const { at, webhook, delivery: waiting } = await failOnce();
    receiver.at(at, behaviours.ok);
    const { claims } = app.get<any>(DeliveryEngine);
    const claimed = await claims.store.claimOverdue(claims.dispatcherId, -5_000, 8);
    expect(claimed).toMatchObject([{ id: `dlv_${waiting.id}`, number: 2, position: 2 }]);
    await allAre(webhook.id, 'DELIVERED', 1);
    expect(await attemptsTo(webhook.id)).toMatchObject([{ number: 1 }, { number: 2, trigger: 'retry' }]);
  });

  it('makes no retry of what a person has sent successfully meanwhile', async () => {
    const { at, webhook, delivery } = await failOnce();
    receiver.at(at, behaviours.ok);
    await app.get(DispatcherCommands).retry([`dlv_${delivery.id}`]);
    await allAre(webhook.id, 'DELIVERED', 1, 900);
    await sleep(1_500);
    expect(await attemptsTo(webhook.id)).toMatchObject([{ trigger: 'event' }, { trigger: 'manual' }]);
    expect((await deliveriesTo(webhook.id))[0]).toMatchObject({ status: 'DELIVERED', attempt_count: 2, retry_at: null });
    await eventually(async () => expect(await sql().rows('select * from delivery_leases')).toEqual([]));
  }); // prettier-ignore

  it('leaves a delivered one delivered when sending it again fails', async () => {
    const at = path();
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await publish(accountId);
    const [delivery] = await allAre(webhook.id, 'DELIVERED', 1);
    receiver.at(at, behaviours.status(500));
    await app.get(DispatcherCommands).retry([`dlv_${delivery.id}`]);
    await eventually(async () => expect(await attemptsTo(webhook.id)).toHaveLength(2));
    await sleep(1_500);
    expect((await deliveriesTo(webhook.id))[0]).toMatchObject({
      status: 'DELIVERED',
      due_at: null,
      parked_at: null,
    });
    expect(await attemptsTo(webhook.id)).toHaveLength(2);
  });

  it('probes an endpoint that was cut off, and shows in the end that it is back', async () => {
    const at = path();
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    await sql().execute(`update webhooks set circuit_state = 'OPEN', updated_at = now() where id = $1`, [
      toUuid(webhook.id),
    ]);
    await publish(accountId, 20);
    await allAre(webhook.id, 'DELIVERED', 20);
    expect(receiver.to(at)).toHaveLength(20);
    await eventually(async () => {
      const rows = await sql().rows('select circuit_state from webhooks where id = $1', [toUuid(webhook.id)]);
      expect(rows).toEqual([{ circuit_state: 'CLOSED' }]);
    });
  });

  it.each([
    [behaviours.ok, 'DELIVERED'],
    [behaviours.status(404), 'FAILED'],
  ])('records a test under its own trigger and tries it once', async (behaviour, status) => {
    const at = path();
    receiver.at(at, behaviour);
    const { accountId, webhook } = await subscribe({ url: receiver.url(at), status: 'PAUSED' });
    const id = await app.get(DispatcherCommands).sendTest(accountId, webhook.id, 'CALL_FAILED');
    // Its attempt is recorded by the time the answer is there.
    expect(await deliveriesTo(webhook.id)).toMatchObject([{ id: toUuid(id), status, trigger: 'test' }]);
    expect(await attemptsTo(webhook.id)).toMatchObject([{ trigger: 'test', number: 1 }]);
    const [request] = receiver.to(at);
    expect(request.headers['x-webhook-test']).toBe('true');
    expect(JSON.parse(request.body.toString())).toMatchObject({ test: true, type: 'CALL_FAILED' });
    await sleep(1_300);
    expect(receiver.to(at)).toHaveLength(1);
  });

  it('disables a webhook after 5 days of failures, and not before; a success or its customer ends the count', async () => {
    const at = path();
    receiver.at(at, behaviours.status(500));
    const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
    const state = async () =>
      (await sql().rows<any>('select status, disabled_reason, failing_since from webhooks where id = $1', [toUuid(webhook.id)]))[0];
    const failingFor = (interval: string) =>
      sql().execute(`update webhooks set failing_since = now() - $2::interval, updated_at = now() where id = $1`, [toUuid(webhook.id), interval]);

    await publish(accountId);
    await eventually(async () => expect((await state()).failing_since).not.toBeNull());
    await allAre(webhook.id, 'FAILED', 1);

    receiver.at(at, behaviours.ok);
    await publish(accountId);
    await eventually(async () => expect((await state()).failing_since).toBeNull());

    receiver.at(at, behaviours.status(500));
    await failingFor('5 days 1 minute');
    await sleep(1_500); // seen by the poll for changed webhooks at the latest
    await publish(accountId);
    await eventually(async () => expect(await state()).toMatchObject({ status: 'DISABLED', disabled_reason: expect.stringContaining('5 days') }));
    expect((await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId))).body.deliveries).toBe(0);

    await app.get(WebhookService).update(accountId, webhook.id, { status: 'ACTIVE' }, change);
    await publish(accountId);
    await sleep(500);
    expect(await state()).toMatchObject({ status: 'ACTIVE', disabled_reason: null });
  }); // prettier-ignore

  describe('of several dispatchers', () => {
    let other: TestApp;
    beforeEach(async () => {
      other = await startApp({ modules, with: app });
    });

    it('takes over what another had claimed when that one dies, and nothing is lost', async () => {
      const [at, failing] = [path(), path()];
      receiver.at(failing, behaviours.status(500));
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      const retried = await subscribe({ url: receiver.url(failing) });
      receiver.at(at, behaviours.after(8_000));
      const published = await publish(accountId, 30, other);
      await receiver.waitFor(4, { path: at });
      await publish(retried.accountId, 5, other);
      await eventually(async () => expect(await attemptsTo(retried.webhook.id)).toHaveLength(5));
      // It dies in the middle: nothing of it reaches PostgreSQL any more.
      const pools = [Sql, HotPathSql, HeartbeatSql].map((token) => other.get<any>(token).pool);
      await Promise.all(pools.map((pool) => pool.end()));
      receiver.at(at, behaviours.ok);
      receiver.at(failing, behaviours.ok);
      await allAre(webhook.id, 'DELIVERED', 30, 40_000);
      // No number is drawn for a retry that waits: the next one is the second, of the same run.
      const held = await allAre(retried.webhook.id, 'DELIVERED', 5);
      expect(held.map(({ attempt_count, run_start }) => [attempt_count, run_start])).toEqual(
        Array(5).fill([2, 0]),
      );
      expect(
        receiver
          .to(failing)
          .slice(5)
          .map(({ headers }) => headers['x-webhook-attempt']),
      ).toEqual(Array(5).fill('2'));
      const arrived = new Set(receiver.to(at).map(({ headers }) => headers['webhook-id']));
      expect(published.filter((id) => !arrived.has(id))).toEqual([]);
      await eventually(async () => expect(await sql().rows('select * from delivery_leases')).toEqual([]));
      for (const pool of pools) pool.end = () => Promise.resolve();
      await other.close().catch(() => undefined);
    });

    it('hands back what is queued when one stops in order: everything arrives, nothing twice', async () => {
      const at = path();
      receiver.at(at, behaviours.after(700));
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      const published = await publish(accountId, 30, other);
      await receiver.waitFor(1, { path: at });
      await other.close();
      await allAre(webhook.id, 'DELIVERED', 30, 30_000);
      const arrived = receiver.to(at).map(({ headers }) => headers['webhook-id']);
      expect([...arrived].sort()).toEqual([...published].sort());
      expect((await attemptsTo(webhook.id)).map(({ number }) => number)).toEqual(Array(30).fill(1));
    });

    it('tells the others that a webhook fails, or is well again, without their reading its settings anew', async () => {
      const at = path();
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      await publish(accountId, 1, other);
      await allAre(webhook.id, 'DELIVERED', 1);
      await sleep(1_500); // its first poll, and its subscription, may have read the settings again
      await publish(accountId, 1, other);
      await allAre(webhook.id, 'DELIVERED', 2);
      const target = () => other.get(WebhookTargets).peek(webhook.id)!;
      const [before, isFailing] = [target(), target().isFailing];
      receiver.at(at, behaviours.status(500));
      await publish(accountId);
      await eventually(() => expect(target().isFailing).toBe(true));
      receiver.at(at, behaviours.ok);
      await allAre(webhook.id, 'DELIVERED', 3);
      await eventually(() => expect(target().isFailing).toBe(false));
      expect([isFailing, target() === before]).toEqual([false, true]);
      await other.close();
    });

    it('reads again what may have changed while it did not hear the others', async () => {
      const at = path();
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      await publish(accountId, 1, other);
      await allAre(webhook.id, 'DELIVERED', 1);
      // No change of the settings: the poll does not see it, and nothing announces it.
      await sql().execute('update webhooks set failing_since = now()');
      const target = () => other.get(WebhookTargets).peek(webhook.id);
      expect(target()?.isFailing).toBe(false);
      other.get<any>(ChangeFeed).subscriber.disconnect(true);
      await eventually(() => expect(target()?.isFailing).toBe(true));
      await other.close();
    });

    it('makes a retry of what another has sent, once and at its time, when that one stops in order', async () => {
      const at = path();
      receiver.at(at, behaviours.status(500));
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      await publish(accountId, 5, other);
      await eventually(async () => expect(await attemptsTo(webhook.id)).toHaveLength(5));
      receiver.at(at, behaviours.ok);
      await other.close();
      const deliveries = await allAre(webhook.id, 'DELIVERED', 5);
      expect(deliveries.map((delivery) => delivery.attempt_count)).toEqual(Array(5).fill(2));
      const times = receiver.to(at).map(({ arrivedAt }) => arrivedAt);
      expect(times).toHaveLength(10);
      expect(times[5] - times[0]).toBeGreaterThanOrEqual(995);
      expect(times[9] - times[4]).toBeLessThan(2_000);
    });

    it('counts a webhook’s own limits in one place, whoever took the event', async () => {
      const at = path();
      receiver.at(at, behaviours.after(150));
      const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
      await limit(webhook.id, 'max_concurrency', 2);
      await sleep(2_500); // both have seen each other, and the limit
      await Promise.all([publish(accountId, 10, app), publish(accountId, 10, other)]);
      const requests = await receiver.waitFor(20, { path: at, withinMs: 20_000 });
      expect(mostAtOnce(requests, 140)).toBeLessThanOrEqual(2);
      await allAre(webhook.id, 'DELIVERED', 20);
      await other.close();
    });

    it('reaches a webhook with limits soon, whoever took the event', async () => {
      const waits: number[] = [];
      const webhooks = await Promise.all(Array.from({ length: 6 }, async () => {
        const at = path();
        const { accountId, webhook } = await subscribe({ url: receiver.url(at) });
        await limit(webhook.id, 'max_concurrency', 5);
        return { at, accountId };
      }));
      await sleep(2_500);
      for (const { accountId } of webhooks) await publish(accountId, 1, app); // queues are made
      await sleep(1_500);
      for (const { at, accountId } of webhooks) {
        const begin = performance.timeOrigin + performance.now();
        const before = receiver.to(at).length;
        await publish(accountId, 1, app);
        const requests = await receiver.waitFor(before + 1, { path: at });
        waits.push(requests.at(-1)!.arrivedAt - begin);
      }
      await other.close();
      expect(Math.max(...waits)).toBeLessThan(500);
    }); // prettier-ignore
  });
});
