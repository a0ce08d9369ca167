import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiModule } from '../../apps/api/src/api.module';
import { PhoneIndex, PhoneIndexModule } from '@app/events';
import { sampleCallData } from '@app/formatting';
import { toUuid } from '@app/platform';
import type { Webhook } from '@app/webhooks';
import { createAccount, createWebhook, type HttpClient, startApp, type TestApp } from '../support';
import { recordDelivery, type PastDelivery } from '../support/history';

const FROM = '+14155550100';
const TO = '+442071838750';

describe('searching events and deliveries', () => {
  let app: TestApp;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;
  let strangerId: string;
  let webhook: Webhook;

  // Without a dispatcher, nothing moves but what a test moves.
  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, PhoneIndexModule] });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const account = await createAccount(app);
    accountId = account.id;
    api = app.http(account.key);
    const other = await createAccount(app);
    strangerId = other.id;
    stranger = app.http(other.key);
    webhook = await createWebhook(app, accountId, { url: 'https://example.com/a' });
  });

  interface Call extends Partial<PastDelivery> {
    from?: string | null;
    to?: string | null;
    data?: string;
  }

  async function record({ from = null, to = null, data, ...past }: Call = {}) {
    const made = await recordDelivery(app.database, { accountId, webhookId: webhook.id, ...past });
    const sample = sampleCallData('CALL_COMPLETED');
    const call = { ...sample.call, id: past.callId ?? sample.call.id };
    const text = data ?? JSON.stringify({ ...sample, call, phoneNumbers: { from, to } });
    await app.database.query('update events set data = $1 where id = $2', [text, toUuid(made.eventId)]);
    return made;
  }

  const indexAll = () => app.get(PhoneIndex).catchUp(new Date(Date.now() + 60_000));

  async function idsOf(list: 'events' | 'deliveries', query: Record<string, string>, client = api) {
    const { status, body } = await client.get(`/v1/${list}`, { query });
    expect(status).toBe(200);
    return body.data.map(({ id }: { id: string }) => id) as string[];
  }

  it('finds a call by the id of its event, of a delivery, or its own', async () => {
    const { eventId, deliveryId } = await record({ callId: 'call_x' });
    await record();
    for (const q of [eventId, deliveryId, 'call_x', ` ${eventId} `]) {
      expect([q, await idsOf('events', { q })]).toEqual([q, [eventId]]);
      expect([q, await idsOf('deliveries', { q })]).toEqual([q, [deliveryId]]);
      expect([q, await idsOf('events', { q }, stranger)]).toEqual([q, []]);
      expect([q, await idsOf('deliveries', { q }, stranger)]).toEqual([q, []]);
    }
    for (const q of ['call_unknown', 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', '+1 212 555 0199'])
      expect(await idsOf('deliveries', { q })).toEqual([]);
  });

  it('finds an event by one of its deliveries only for the account of both', async () => {
    const { deliveryId } = await record();
    const theirs = await createWebhook(app, strangerId, { url: 'https://example.com/b' });
    await recordDelivery(app.database, { accountId: strangerId, webhookId: theirs.id });
    expect(await idsOf('events', { q: deliveryId }, stranger)).toEqual([]);
  });

  it.each([false, true])(
    'finds a call by its number in any usual notation, and only calls of the account (in the index: %s)',
    async (isIndexed) => {
      const mine = await record({ from: FROM, to: TO });
      await record({ from: '+14155550199', to: null });
      await record({ from: null, to: 'sip:4155550100@example.com' });
      // Of the sample, with the same numbers.
      const theirs = await recordDelivery(app.database, { accountId: strangerId, webhookId: webhook.id });
      if (isIndexed) await indexAll();
      for (const q of [
        FROM,
        '14155550100',
        '(415) 555-0100',
        '415.555.0100',
        'tel:+1-415-555-0100',
        '+1 415\u00a0555\u20110100',
        '020 7183 8750',
        '+44 (0)20 7183-8750',
        '0044 20 71838750',
      ]) {
        expect([q, await idsOf('events', { q })]).toEqual([q, [mine.eventId]]);
        expect([q, await idsOf('deliveries', { q })]).toEqual([q, [mine.deliveryId]]);
        expect([q, await idsOf('events', { q }, stranger)]).toEqual([q, [theirs.eventId]]);
      }
    },
  );

  it('combines with the other filters and with pages', async () => {
    const found = [];
    for (let n = 0; n < 5; n++)
      found.unshift(await record({ from: FROM, status: n % 2 ? 'FAILED' : 'DELIVERED' }));
    await indexAll();
    const failed = found.filter((_, n) => (found.length - 1 - n) % 2).map(({ deliveryId }) => deliveryId);
    expect(await idsOf('deliveries', { q: FROM, status: 'FAILED' })).toEqual(failed);
    expect(await idsOf('deliveries', { q: FROM, status: 'PENDING' })).toEqual([]);
    expect(await idsOf('deliveries', { q: found[0].eventId, eventId: found[1].eventId })).toEqual([]);
    expect(await idsOf('events', { q: FROM, type: 'CALL_FAILED' })).toEqual([]);
    const { body } = await api.get('/v1/events', { query: { q: FROM, limit: 3 } });
    const rest = await idsOf('events', { q: FROM, limit: '3', cursor: body.nextCursor });
    expect([...body.data.map(({ id }: { id: string }) => id), ...rest]).toEqual(
      found.map(({ eventId }) => eventId),
    );
  });

  it('pages through the calls of a number that nearly all calls have', async () => {
    const data = JSON.stringify({
      ...sampleCallData('CALL_COMPLETED'),
      phoneNumbers: { from: FROM, to: null },
    });
    await app.database.query(
      `with made as (
         insert into events (id, account_id, type, call_id, occurred_at, data)
         select uuid_generate_v7(), $1, 'CALL_COMPLETED', 'call_' || n, now(), $3 from generate_series(1, 1200) as n
         returning id
       )
       insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, failed_at)
       select uuid_generate_v7(), $1, $2, id, 'CALL_COMPLETED', 'DEFAULT', 'FAILED', 4, now() from made`,
      [toUuid(accountId), toUuid(webhook.id), data],
    );
    const other = await record({ from: TO });
    while (await indexAll());
    const fresh = await record({ from: FROM });
    for (const [list, own] of [
      ['events', fresh.eventId],
      ['deliveries', fresh.deliveryId],
    ] as const) {
      const ids: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body }: { body: any } = await api.get(`/v1/${list}`, {
          query: { q: FROM, limit: 200, ...(cursor ? { cursor } : {}) },
        });
        ids.push(...body.data.map(({ id }: { id: string }) => id));
        cursor = body.nextCursor;
      }
      expect(ids).toHaveLength(1_201);
      expect(new Set(ids).size).toBe(1_201);
      expect(ids[0]).toBe(own);
      expect(ids).not.toContain(list === 'events' ? other.eventId : other.deliveryId);
      expect(await idsOf(list, { q: FROM }, stranger)).toEqual([]);
    }
    expect(await idsOf('deliveries', { q: FROM, status: 'PENDING' })).toEqual([]);
    expect(await idsOf('deliveries', { q: FROM, status: 'FAILED', limit: '200' })).toHaveLength(200);
  });

  it.each([false, true])(
    'finds nothing by the number of an erased call, and shows nothing of it (indexed before: %s)',
    async (isIndexed) => {
      const { eventId, deliveryId } = await record({ from: FROM, callId: 'call_x' });
      if (isIndexed) await indexAll();
      expect((await api.delete(`/v1/events/${eventId}/payload`)).status).toBe(204);
      await indexAll();
      expect(await idsOf('events', { q: FROM })).toEqual([]);
      expect(await idsOf('deliveries', { q: FROM })).toEqual([]);
      const [event] = (await api.get('/v1/events', { query: { q: deliveryId } })).body.data;
      const erased = { id: 'call_x', title: null, from: null, to: null, startedAt: null };
      expect(event.call).toEqual(erased);
      expect((await api.get('/v1/deliveries')).body.data[0].call).toEqual(erased);
      const rows = await app.database.query('select 1 from event_phones where event_id = $1', [
        toUuid(eventId),
      ]);
      expect(rows).toEqual([]);
    },
  );

  it('shows the call in lists, also of records that PostgreSQL cannot parse, and of large ones', async () => {
    const fixture = JSON.parse(
      readFileSync(join(__dirname, '../fixtures/calls/quotes-and-control-characters.json'), 'utf8'),
    ) as { data: any };
    const sample = sampleCallData('CALL_COMPLETED');
    const call = { ...sample.call, title: 'nul \0', startedAt: '2026-11-23T09:58:20.000Z' };
    const phoneNumbers = { from: FROM, to: TO };
    const expected = { title: call.title, from: FROM, to: TO, startedAt: call.startedAt };
    await record({ data: JSON.stringify({ ...fixture.data, call, phoneNumbers }) });
    const large = { ...call, metadata: { notes: 'x'.repeat(20_000) } };
    await record({ data: JSON.stringify({ call: large, agent: null, phoneNumbers }) });
    for (const list of ['events', 'deliveries']) {
      const { status, body } = await api.get(`/v1/${list}`);
      expect(status).toBe(200);
      expect(body.data.map((one: any) => one.call)).toEqual([
        expect.objectContaining(expected),
        expect.objectContaining(expected),
      ]);
      const one = await api.get(`/v1/${list}/${body.data[0].id}`);
      expect(one.body.call).toMatchObject(expected);
    }
  });

  it.each(['', ' ', 'a\0b', 'x'.repeat(256)])('rejects %j with its path', async (q) => {
    for (const list of ['events', 'deliveries']) {
      const { status, body } = await api.get(`/v1/${list}`, { query: { q } });
      expect([status, body.errors?.[0]?.path]).toEqual([400, 'q']);
    }
  });
});
