import { ApiModule } from '../../apps/api/src/api.module';
import { sampleCallData } from '@app/formatting';
import { toUuid } from '@app/platform';
import type { Webhook } from '@app/webhooks';
import { createAccount, createWebhook, type HttpClient, startApp, type TestApp } from '../support';
import { recordDelivery, type PastDelivery } from '../support/history';

describe('exports and health', () => {
  let app: TestApp;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;
  let webhook: Webhook;

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
  });

  const record = (past: Partial<PastDelivery> = {}) =>
    recordDelivery(app.database, { accountId, webhookId: webhook.id, ...past });
  const linesOf = ({ body }: { body: string }) => body.split('\r\n').slice(0, -1);

  describe.each(['deliveries', 'events'] as const)('%s.csv', (list) => {
    const idOf = (made: { eventId: string; deliveryId: string }) =>
      list === 'events' ? made.eventId : made.deliveryId;
    const typeFilter = list === 'events' ? 'type' : 'eventType';

    it('has a header row and every row that matches the filters of the list, newest first', async () => {
      const made = [await record({ callId: 'call_x' }), await record({ eventType: 'CALL_FAILED' })];
      const all = await api.get(`/v1/${list}.csv`);
      expect(all.status).toBe(200);
      expect(all.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
      expect(all.headers.get('content-disposition')).toBe(`attachment; filename="${list}.csv"`);
      expect(all.headers.get('cache-control')).toBe('no-store');
      const [header, ...rows] = linesOf(all);
      expect(header).toMatch(/^id,.*callId,callTitle,callFrom,callTo,callStartedAt/);
      expect(rows.map((row) => row.split(',')[0])).toEqual([idOf(made[1]), idOf(made[0])]);
      for (const query of [
        { callId: 'call_x' },
        { [typeFilter]: 'CALL_COMPLETED' },
        { q: made[0].eventId },
      ]) {
        const [, ...some] = linesOf(await api.get(`/v1/${list}.csv`, { query }));
        expect(some.map((row) => row.split(',')[0])).toEqual([idOf(made[0])]);
      }
      const none = await api.get(`/v1/${list}.csv`, { query: { callId: 'unknown' } });
      expect(linesOf(none)).toEqual([header]);
      expect(linesOf(await stranger.get(`/v1/${list}.csv`))).toEqual([header]);
      const bad = await api.get(`/v1/${list}.csv`, { query: { since: 'yesterday' } });
      expect([bad.status, bad.body.errors[0].path]).toEqual([400, 'since']);
    });

    it('has no cell that a spreadsheet runs, also of phone numbers', async () => {
      const { eventId } = await record();
      const sample = sampleCallData('CALL_COMPLETED');
      const call = { ...sample.call, title: '=HYPERLINK("https://evil.example","open")' };
      await app.database.query('update events set data = $1 where id = $2', [
        JSON.stringify({ ...sample, call }),
        toUuid(eventId),
      ]);
      const [, row] = linesOf(await api.get(`/v1/${list}.csv`));
      expect(row).toContain(
        `"'=HYPERLINK(""https://evil.example"",""open"")","'+14155550100`.replace(`,"'`, `,'`),
      );
    });

    it('goes on over more than one page', async () => {
      await app.database.query(
        `with made as (
           insert into events (id, account_id, type, call_id, occurred_at, data)
           select uuid_generate_v7(), $1, 'CALL_COMPLETED', 'call_' || n, now(), '{}' from generate_series(1, 1100) as n
           returning id
         )
         insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count)
         select uuid_generate_v7(), $1, $2, id, 'CALL_COMPLETED', 'DEFAULT', 'DELIVERED', 1 from made`,
        [toUuid(accountId), toUuid(webhook.id)],
      );
      const rows = linesOf(await api.get(`/v1/${list}.csv`));
      expect(new Set(rows).size).toBe(1_101);
    });
  });

  it('a webhook has the health that its newest deliveries show, also as a filter of the list', async () => {
    const healthOf = async () => (await api.get(`/v1/webhooks/${webhook.id}`)).body.health;
    const listed = async (health: string, client = api) =>
      (await client.get('/v1/webhooks', { query: { health } })).body.data.map(({ id }: { id: string }) => id);
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    expect(await healthOf()).toBe('UNKNOWN');
    await record({ at: minutesAgo(25 * 60), status: 'FAILED' });
    expect(await healthOf()).toBe('UNKNOWN');
    await record({ at: minutesAgo(60), status: 'FAILED' });
    expect(await healthOf()).toBe('HEALTHY');
    await record({ at: minutesAgo(50) });
    await record({ at: minutesAgo(2), status: 'FAILED' });
    expect(await healthOf()).toBe('FAILING');
    const other = await createWebhook(app, accountId, { url: 'https://example.com/b' });
    expect(await listed('FAILING')).toEqual([webhook.id]);
    expect(await listed('UNKNOWN')).toEqual([other.id]);
    expect(await listed('HEALTHY')).toEqual([]);
    expect(await listed('FAILING', stranger)).toEqual([]);
    await record({ at: minutesAgo(1) });
    expect(await healthOf()).toBe('HEALTHY');
    // Neither tests nor what was not sent say anything of the endpoint.
    for (let n = 0; n < 5; n++) await record({ status: 'FAILED', test: true });
    for (let n = 0; n < 5; n++) await record({ status: 'FAILED', outcome: 'NOT_SENT' });
    expect(await healthOf()).toBe('HEALTHY');
    for (let n = 0; n < 5; n++) await record({ status: 'FAILED' });
    expect(await healthOf()).toBe('FAILING');
    expect((await api.get('/v1/webhooks', { query: { health: 'SICK' } })).status).toBe(400);
  });
});
