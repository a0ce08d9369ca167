import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { MinuteSampler } from '../../apps/backoffice/src/start-page/minute-sampler';
import type { StartPageData } from '../../apps/backoffice/src/start-page/start-page';
import { createAccount, createWebhook, ensureBuilt, startApp, type TestApp } from '../support';
import { createStaff, StaffClient } from '../support/backoffice';

const MINUTE_MS = 60_000;

describe('the start page of the backoffice', () => {
  let app: TestApp;
  let client: StaffClient;
  let webhookId: string;
  /** The start of a minute, a quarter of an hour ago. */
  const at = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 15 * MINUTE_MS);

  const attempts = (count: number, outcome: string, durationMs: number, started = at) =>
    app.database.query(
      `insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, request_url, request_headers)
       select gen_random_uuid(), gen_random_uuid(), 1, $1, 'event', $2, $3, $4, 'https://x.example', '{}' from generate_series(1, $5)`,
      [webhookId.slice(4), new Date(started.getTime() + 1_000), durationMs, outcome, count],
    );
  const page = async (range: string) => (await client.api(`/dashboard?range=${range}`)).json as StartPageData;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
    const { id: accountId } = await createAccount(app, 'Acme Solar');
    webhookId = (await createWebhook(app, accountId, { name: 'CRM', url: 'https://acme.example/calls' })).id;
    await app.get(MinuteSampler).onApplicationShutdown();
    await app.database.query('delete from backoffice_minutes');
    await attempts(90, 'DELIVERED', 100);
    await attempts(10, 'HTTP_ERROR', 2_000);
    client = await StaffClient.signedIn(app, await createStaff(app, 'VIEWER'));
  }, 120_000);
  afterAll(() => app?.close());

  it('should count each minute once, however often it is looked at', async () => {
    const sampler = new MinuteSampler((app.get(MinuteSampler) as unknown as { sql: never }).sql);
    await Promise.all([sampler.catchUp(), sampler.catchUp()]);
    await sampler.catchUp();
    const rows = await app.database.query(
      'select attempts, delivered from backoffice_minutes where minute = $1',
      [at],
    );
    expect(rows).toEqual([{ attempts: 100, delivered: 90 }]);
  });

  it('should show deliveries a minute, success rate and response times of the hour', async () => {
    const point = (await page('hour')).points.find((one) => one.at === at.toISOString())!;
    expect(point).toMatchObject({ deliveredPerMinute: 90, attemptsPerMinute: 100, successRate: 0.9 });
    expect(point.p95Ms).toBeGreaterThan(1_800);
    expect(point.p95Ms).toBeLessThan(2_200);
  });

  it('should show the same in the day and the week', async () => {
    for (const range of ['day', 'week']) {
      const rates = (await page(range)).points
        .map(({ successRate }) => successRate)
        .filter((rate) => rate !== null);
      expect([range, rates]).toEqual([range, [0.9]]);
    }
  });

  it('should name webhooks that fail, with the reason, and circuits that are open', async () => {
    await app.database.query(
      `update webhooks set failing_since = now(), circuit_state = 'OPEN', circuit_changed_at = now() where id = $1`,
      [webhookId.slice(4)],
    );
    await app.database.query(
      `insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, failed_at, last_outcome, last_status_code)
       select gen_random_uuid(), account_id, id, gen_random_uuid(), 'CALL_COMPLETED', 'DEFAULT', 'FAILED', now(), 'HTTP_ERROR', 301 from webhooks`,
    );
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    const { failing, circuits } = await page('hour');
    expect(failing).toEqual([
      expect.objectContaining({ id: webhookId, accountName: 'Acme Solar', reason: 'Answered 301: redirect' }),
    ]);
    expect(circuits).toEqual([expect.objectContaining({ id: webhookId, state: 'OPEN', waiting: 0 })]);
  });

  it('should say that nobody sends, when no dispatcher is at work', async () => {
    const { health } = await page('hour');
    expect(health.map(({ name, isUp }) => [name, isUp])).toEqual([['PostgreSQL', true], ['Redis', true], ['Dispatchers', false]]); // prettier-ignore
  });
});
