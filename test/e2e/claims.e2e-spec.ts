import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsModule } from '@app/accounts';
import { DeliveryEngine, LeaseStore } from '@app/delivery';
import { Sql, toUuid, uuidv7 } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
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
  type TestApp,
} from '../support';

jest.setTimeout(120_000);

describe('the claim of a delivery', () => {
  let app: TestApp;
  let receiver: Receiver;
  let count = 0;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  const sql = () => app.get(Sql);
  const engine = () => app.get<any>(DeliveryEngine);
  const attemptsOf = (id: string) =>
    sql().rows<any>('select * from attempts where delivery_id = $1 order by number', [id]);
  const rowOf = async (id: string) =>
    (await sql().rows<any>('select * from deliveries where id = $1', [id]))[0];
  const batchesOf = (id: string) =>
    sql().rows<any>('select * from retry_batches where $1 = any (delivery_ids)', [id]);

  /** A delivery that this dispatcher is sending, to an endpoint that responds after a while. */
  async function beingSent(afterMs: number) {
    const path = `/claims-${++count}`;
    receiver.at(path, behaviours.after(afterMs));
    const { id: accountId } = await createAccount(app);
    await createWebhook(app, accountId, { url: receiver.url(path) });
    const answer = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    const [{ id, webhook_id: webhookId }] = await sql().rows<any>('select id, webhook_id from deliveries where event_id = $1', [toUuid(answer.body.id)]); // prettier-ignore
    await receiver.waitFor(1, { path });
    return { path, id, webhookId };
  }

  /** A lease of a dispatcher that has been taken over since. */
  const stale = (id: string, webhookId: string, number: number) => ({
    id: `dlv_${id}`, webhookId: `whk_${webhookId}`, number, position: 1, holds: 0, trigger: 'event', lease: { id: uuidv7() },
  }); // prettier-ignore

  const record = (delivery: object, status: string, outcome: string) => {
    const now = Date.now();
    const retry = status === 'RETRY' ? { batchId: uuidv7(), inMs: 0 } : null;
    return engine().recorder.store.record(
      [
        {
          attemptId: uuidv7(),
          delivery,
          result: {
            outcome, startedAt: now, durationMs: 5, statusCode: outcome === 'DELIVERED' ? 200 : 500, errorCode: null, errorText: null,
            requestUrl: 'https://example.com/', requestHeaders: '{}', responseHeaders: {}, responseBody: '', responseTruncated: false, retryAfterMs: null,
          },
          verdict: { status, retryInMs: 0, counts: true },
          retry,
        },
      ],
      [],
    ); // prettier-ignore
  };

  /** As after a take-over: the delivery belongs to a new lease of this dispatcher. */
  const claimAgain = async (id: string) => {
    const lease = uuidv7();
    await sql().execute('update deliveries set claim_id = $2 where id = $1', [id, lease]);
    return lease;
  };

  it.each([['RETRY'], ['FAILED']])(
    'fences a %s of a dispatcher that was taken over: nothing becomes due or ends',
    async (status) => {
      const { path, id, webhookId } = await beingSent(2_000);
      await claimAgain(id);
      const result = await record(stale(id, webhookId, 1), status, 'HTTP_ERROR');
      expect(result).toEqual({ fenced: 1, renumbered: 0 });
      expect(await batchesOf(id)).toEqual([]);
      expect(await rowOf(id)).toMatchObject({ status: 'PENDING', failed_at: null, retry_at: null });
      await sleep(2_500);
      expect(receiver.to(path)).toHaveLength(1);
    },
  );

  it('lets a success of a dispatcher that was taken over count', async () => {
    const { id, webhookId } = await beingSent(3_000);
    await claimAgain(id);
    expect(await record(stale(id, webhookId, 1), 'DELIVERED', 'DELIVERED')).toEqual({
      fenced: 0,
      renumbered: 0,
    });
    expect(await rowOf(id)).toMatchObject({ status: 'DELIVERED' });
  });

  it('keeps the owner’s attempt though a stale one has recorded the same number', async () => {
    const { id, webhookId } = await beingSent(1_500);
    await record(stale(id, webhookId, 1), 'KEPT', 'TIMEOUT');
    await eventually(async () => expect(await attemptsOf(id)).toHaveLength(2));
    const attempts = await attemptsOf(id);
    expect(attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'TIMEOUT'],
      [2, 'DELIVERED'],
    ]);
    expect(await rowOf(id)).toMatchObject({ status: 'DELIVERED', attempt_count: 2 });
  });

  it('is not given up by a dispatcher that was taken over: it puts nothing back', async () => {
    const { path, id, webhookId } = await beingSent(1_500);
    await claimAgain(id);
    const { store } = engine().claims;
    await store.handBack([stale(id, webhookId, 1)], []);
    await store.park([stale(id, webhookId, 1)], []);
    expect(await rowOf(id)).toMatchObject({ parked_at: null, attempt_count: 1 });
    expect(await batchesOf(id)).toEqual([]);
    await eventually(async () => expect(await rowOf(id)).toMatchObject({ status: 'DELIVERED' }));
    expect(receiver.to(path)).toHaveLength(1);
  });

  it('writes the same record twice without a second retry, when the answer to the first was lost', async () => {
    const { id, webhookId } = await beingSent(4_000);
    const lease = { id: await claimAgain(id) };
    const delivery = { ...stale(id, webhookId, 1), lease };
    const { store } = engine().recorder;
    const twice = {
      attemptId: uuidv7(), delivery, verdict: { status: 'RETRY', retryInMs: 60_000, counts: true }, retry: { batchId: uuidv7(), inMs: 60_000 },
      result: {
        outcome: 'HTTP_ERROR', startedAt: Date.now(), durationMs: 5, statusCode: 500, errorCode: null, errorText: null, requestUrl: '',
        requestHeaders: '{}', responseHeaders: {}, responseBody: '', responseTruncated: false, retryAfterMs: null,
      },
    }; // prettier-ignore
    expect(await store.record([twice], [])).toEqual({ fenced: 0, renumbered: 0 });
    expect(await store.record([twice], [])).toEqual({ fenced: 0, renumbered: 0 });
    expect(await attemptsOf(id)).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ claim_id: twice.retry.batchId, next_number: 2, run_start: 0 });
  });

  it('of 10,000 deliveries of a dead dispatcher, beside 100,000 of others, is taken over within a second', async () => {
    const [dead, other] = [uuidv7(), uuidv7()];
    const lease = (dispatcher: string, leases: number, each: number) =>
      sql().execute(
        `insert into delivery_leases (id, dispatcher_id, delivery_ids)
         select gen_random_uuid(), $1, array(select gen_random_uuid() from generate_series(1, $3::int) where n > 0)
         from generate_series(1, $2::int) as n`,
        [dispatcher, leases, each],
      );
    await sql().execute(`insert into dispatchers (id, name) values ($1, 'other')`, [other]);
    await lease(dead, 100, 100);
    await lease(other, 1_000, 100);
    const begin = performance.now();
    expect(await app.get(LeaseStore).takeOverOf([dead])).toBe(10_000);
    expect(performance.now() - begin).toBeLessThan(1_000);
    await sql().execute('delete from delivery_leases where dispatcher_id = $1', [other]);
    await sql().execute('delete from dispatchers where id = $1', [other]);
  });

  it('of what an older version made due is kept: it is sent at its time, with the next number of its run', async () => {
    const { path, id } = await beingSent(10);
    await eventually(async () => expect(await rowOf(id)).toMatchObject({ status: 'DELIVERED' }));
    await sql().execute(
      `update deliveries set status = 'PENDING', due_at = now() + interval '1 second', finished_at = null, next_number = 2 where id = $1`,
      [id],
    );
    const begin = Date.now();
    await receiver.waitFor(2, { path });
    expect(Date.now() - begin).toBeGreaterThan(800);
    expect(receiver.to(path)[1].headers['x-webhook-attempt']).toBe('2');
    await eventually(async () =>
      expect(await rowOf(id)).toMatchObject({ status: 'DELIVERED', due_at: null }),
    );
  });
});
