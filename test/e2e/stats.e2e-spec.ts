import { ApiModule } from '../../apps/api/src/api.module';
import { StatsRollup, StatsRollupModule } from '@app/delivery';
import { Sql, toUuid } from '@app/platform';
import type { Webhook } from '@app/webhooks';
import { createAccount, createWebhook, type HttpClient, startApp, type TestApp } from '../support';
import { recordDelivery } from '../support/history';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('statistics of a webhook', () => {
  let app: TestApp;
  let accountId: string;
  let api: HttpClient;
  let webhook: Webhook;

  beforeEach(async () => {
    app = await startApp({ modules: [ApiModule, StatsRollupModule] });
    const account = await createAccount(app);
    accountId = account.id;
    api = app.http(account.key);
    webhook = await createWebhook(app, accountId, { url: 'https://example.com/a' });
  });
  afterEach(() => app.close());

  const attempt = (agoMs: number, outcome = 'DELIVERED', durationMs = 20, webhookId = webhook.id) =>
    recordDelivery(app.database, {
      accountId,
      webhookId,
      at: new Date(Date.now() - agoMs),
      outcome,
      durationMs,
      status: outcome === 'DELIVERED' ? 'DELIVERED' : 'FAILED',
    });
  const stats = async (window?: string) =>
    (await api.get(`/v1/webhooks/${webhook.id}/stats`, { query: { window } })).body;
  const counted = async () =>
    (await app.database.query<{ count: number }>('select sum(attempts)::int as count from attempt_hours'))[0]
      .count;

  it('count attempts by outcome and by the hour, with their success rate and response times', async () => {
    const other = await createWebhook(app, accountId, { url: 'https://example.com/b' });
    await attempt(26 * HOUR);
    for (let i = 0; i < 10; i += 1) await attempt(5 * HOUR, 'DELIVERED', 50);
    for (let i = 0; i < 9; i += 1) await attempt(2 * HOUR, 'DELIVERED', 100);
    await attempt(2 * HOUR, 'HTTP_ERROR', 3_000);
    await attempt(2 * HOUR, 'TIMEOUT', 10_000);
    await attempt(2 * HOUR, 'NOT_SENT', 0);
    await attempt(2 * HOUR, 'DELIVERED', 5, other.id);

    const { webhookId, window, deliveries, attempts, byOutcome, successRate, responseMs, hours } =
      await stats();
    expect({ webhookId, window, attempts }).toEqual({ webhookId: webhook.id, window: '24h', attempts: 22 });
    expect(byOutcome).toEqual({
      DELIVERED: 19,
      HTTP_ERROR: 1,
      TIMEOUT: 1,
      NOT_SENT: 1,
      CONNECTION_FAILED: 0,
      DNS_FAILED: 0,
      TLS_FAILED: 0,
      INVALID_RESPONSE: 0,
      BLOCKED_ADDRESS: 0,
    });
    // What was not sent is no failure of the receiver.
    const counts = { total: 22, delivered: 19, failed: 2, notSent: 1, pending: 0 };
    expect(deliveries).toEqual(counts);
    expect(successRate).toBeCloseTo(19 / 21);
    // The same from what the rollup has counted.
    await app.get(StatsRollup).catchUp();
    expect((await stats()).deliveries).toEqual(counts);
    expect(responseMs.p50).toBeGreaterThanOrEqual(43);
    expect(responseMs.p50).toBeLessThanOrEqual(58);
    expect(responseMs.p95).toBeLessThanOrEqual(115);
    expect(responseMs.p99).toBeGreaterThanOrEqual(2_600);
    expect(hours).toHaveLength(25);
    const busy = hours.filter((hour: any) => hour.attempts > 0);
    expect(busy.map((hour: any) => hour.attempts)).toEqual([10, 12]);
    expect(busy[0].hour).toBe(new Date(Math.floor((Date.now() - 5 * HOUR) / HOUR) * HOUR).toISOString());
  });

  it('have one success rate, by deliveries: attempts that failed before a success do not lower it', async () => {
    const { deliveryId } = await attempt(2 * HOUR);
    await app.database.query(
      `insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, request_url, request_headers)
       select uuid_generate_v7(), $1, 2, $2, 'retry', now() - interval '1 hour', 10000, 'TIMEOUT', 'https://example.com/', '{}'`,
      [toUuid(deliveryId), toUuid(webhook.id)],
    );
    for (const status of ['due', 'parked']) {
      const at = new Date(Date.now() - HOUR);
      const waiting = status === 'due' ? { dueAt: new Date() } : { parkedAt: new Date() };
      await recordDelivery(app.database, {
        accountId,
        webhookId: webhook.id,
        at,
        status: 'PENDING',
        ...waiting,
      });
    }
    const { deliveries, successRate, attempts } = await stats();
    expect({ deliveries, successRate, attempts }).toEqual({
      deliveries: { total: 3, delivered: 1, failed: 0, notSent: 0, pending: 2 },
      successRate: 1,
      attempts: 2,
    });
  });

  it('say so when there was nothing', async () => {
    const { attempts, successRate, responseMs } = await stats('7d');
    expect({ attempts, successRate, responseMs }).toEqual({
      attempts: 0,
      successRate: null,
      responseMs: { p50: null, p95: null, p99: null },
    });
  });

  it('are the same before, while and after attempts are counted in the background', async () => {
    for (const agoMs of [3 * HOUR, 2 * HOUR, HOUR, 10 * MINUTE, MINUTE, 1_000]) await attempt(agoMs);
    const before = await stats();
    expect(before.attempts).toBe(6);
    const rollup = app.get(StatsRollup);
    expect(await rollup.step()).toBe(true);
    expect((await stats()).attempts).toBe(6);
    await rollup.catchUp();
    const after = await stats();
    expect({ ...after, until: 0 }).toEqual({ ...before, until: 0 });
    // The last half minute is left for the next time: some of it may not be on record yet.
    expect(await counted()).toBe(5);
  });

  it('count nothing twice when two processes count at once, or one counts again', async () => {
    for (let i = 1; i <= 20; i += 1) await attempt(i * 10 * MINUTE);
    const second = new StatsRollup(app.get(Sql));
    await Promise.all([app.get(StatsRollup).catchUp(), second.catchUp()]);
    await second.catchUp();
    expect(await counted()).toBe(20);
    expect((await stats()).attempts).toBe(20);
  });

  it('are put right for attempts that were recorded late, once their hour is over', async () => {
    await attempt(3 * HOUR);
    const rollup = app.get(StatsRollup);
    await rollup.catchUp();
    await attempt(3 * HOUR);
    expect((await stats()).attempts).toBe(1);
    // As it was before that hour was settled.
    await app.database.query(`update attempt_hours_progress set settled_until = now() - interval '4 hours'`);
    await app.database.query(
      `update attempt_hours_progress set settled_until = date_trunc('hour', settled_until)`,
    );
    await rollup.catchUp();
    expect((await stats()).attempts).toBe(2);
  });

  it('forget hours that are older than any window', async () => {
    await app.database.query(
      `insert into attempt_hours values (date_trunc('hour', now()) - interval '40 days', $1, 'DELIVERED', 10, 5)`,
      [toUuid(webhook.id)],
    );
    await attempt(3 * HOUR);
    await app.get(StatsRollup).catchUp();
    expect(await counted()).toBe(1);
  });

  it('are not there for another account', async () => {
    const stranger = app.http((await createAccount(app)).key);
    expect(await stranger.get(`/v1/webhooks/${webhook.id}/stats`)).toMatchObject({ status: 404 });
  });

  it.each(['31d', '0h', 'day', '24', '1e3h'])('refuse the window %s by its path', async (window) => {
    const { status, body } = await api.get(`/v1/webhooks/${webhook.id}/stats`, { query: { window } });
    expect([status, body.errors[0].path]).toEqual([400, 'window']);
  });
});
