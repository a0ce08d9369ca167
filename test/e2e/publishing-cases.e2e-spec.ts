import { gzipSync } from 'node:zlib';
import Bull from 'bull';
import { AccountsModule } from '@app/accounts';
import { RejectionLog } from '@app/events';
import { fromUuid, newId, Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { Housekeeping } from '../../apps/dispatcher/src/schedules/housekeeping';
import { fieldCaseTexts } from '../fixtures/calls';
import {
  callData,
  createAccount,
  createWebhook,
  eventInput,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';

const EVENTS = '/internal/v1/events';
const BATCH = '/internal/v1/events/batch';

jest.setTimeout(60_000);

describe('what integrators publish', () => {
  let app: TestApp;
  let receiver: Receiver;
  let queue: Bull.Queue;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
    receiver = await Receiver.start();
    queue = new Bull('call-events', app.config.REDIS_URL, { prefix: `${app.config.REDIS_PREFIX}-bull` });
  });
  afterAll(async () => {
    await queue?.close();
    await receiver?.stop();
    await app?.close();
  });

  const publisher = () => app.http(PUBLISHER_TOKEN);
  const countEvents = async (accountId: string) =>
    (await app.get(Sql).rows('select id from events where account_id = $1', [toUuid(accountId)])).length;
  const withText = (accountId: string, data: string) =>
    `{"accountId":"${accountId}","type":"CALL_COMPLETED","data":${data}}`;

  /** Publishes the text of an event by each entry point. @returns the status, and the paths of errors. */
  const ENTRY_POINTS: [string, (json: string | Buffer) => Promise<{ status: number; paths: string[] }>][] = [
    ['alone', async (json) => outcome(await publisher().send('POST', EVENTS, json))],
    ['by the framework', async (json) => outcome(await publisher().send('POST', `${EVENTS}?x`, json))],
    [
      'compressed',
      async (json) =>
        outcome(
          await publisher().send('POST', EVENTS, gzipSync(json), { headers: { 'content-encoding': 'gzip' } }),
        ),
    ],
    [
      'in a batch',
      async (json) => {
        const body = Buffer.concat([Buffer.from('{"events":['), Buffer.from(json), Buffer.from(']}')]);
        const { results } = (await publisher().send('POST', BATCH, body)).body;
        const { error } = results[0];
        return error
          ? { status: error.status, paths: (error.errors ?? []).map(({ path }: any) => path.replace(/^events\[0\]\.?/, '')) } // prettier-ignore
          : { status: 202, paths: [] };
      },
    ],
    [
      'by the queue',
      async (json) => {
        const text = json.toString();
        const job = await queue.add(JSON.parse(text), { delay: 3_600_000 });
        // As a publisher in another language writes it.
        await queue.client.hset(queue.toKey(String(job.id)), 'data', text);
        const done = job.finished().then(
          () => ({ status: 202, paths: [] }),
          (error: Error) => ({ status: 400, paths: [error.message.split(':')[0]] }),
        );
        await job.promote();
        return done;
      },
    ],
  ];

  describe.each(ENTRY_POINTS)('%s', (name, publish) => {
    let accountId: string;
    beforeAll(async () => ({ id: accountId } = await createAccount(app)));

    it.each(Object.entries(fieldCaseTexts()))(
      '%s is accepted, or rejected by its path',
      async (what, data) => {
        const { status, paths } = await publish(withText(accountId, data));
        if (what !== 'big-integers') expect({ status, paths }).toEqual({ status: 202, paths: [] });
        else expect([status, paths[0]]).toEqual([400, 'data.call.metadata.crmId']);
      },
    );

    it('a name given twice is rejected by its path, at any depth', async () => {
      const before = await countEvents(accountId);
      const data = JSON.stringify(callData()).replace('"crmId":"42"', '"a":[{"b":1,"b":2}]');
      expect(await publish(withText(accountId, data))).toEqual({
        status: 400,
        paths: ['data.call.metadata.a[0].b'],
      });
      expect(await countEvents(accountId)).toBe(before);
    });

    if (name === 'by the queue') return;
    it('bytes that are not UTF-8 are rejected', async () => {
      const json = Buffer.from(
        withText(accountId, JSON.stringify(callData({ agent: { id: null, name: 'José' } }))),
        'latin1',
      );
      expect(await publish(json)).toEqual({ status: 400, paths: [] });
    });

    it.each([
      [0, 202],
      [1, 413],
    ])('1 MiB as it is stored, plus %d, gets %d', async (more, expected) => {
      const fill = (full: string) => callData({ summaries: { full, short: null } });
      const room = 1024 * 1024 - Buffer.byteLength(JSON.stringify(fill('')));
      const data = JSON.stringify(fill('漢'.repeat(room / 3) + 'x'.repeat((room % 3) + more)));
      for (const text of [data, data.replaceAll('漢', '\\u6f22')])
        expect((await publish(withText(accountId, text))).status).toBe(expected);
    });
  });

  it('all errors of a body come at once, those of the account included', async () => {
    const body = {
      ...eventInput(newId('acc')),
      occurredAt: 'x',
      more: 1,
      data: { call: { id: 7, status: '' } },
    };
    const { status, body: problem } = await publisher().post(EVENTS, body);
    expect(status).toBe(400);
    expect(problem.errors.map(({ path }: any) => path).sort()).toEqual(
      ['accountId', 'data.call.id', 'data.call.status', 'data.phoneNumbers', 'more', 'occurredAt'].sort(),
    );
  });

  it('a date of a task arrives as a date, and a leap second as the second after it', async () => {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url('/dates') });
    const data = callData({
      tasks: [{ title: 'x', description: null, dueAt: '2026-12-01', assignee: null }],
    });
    const input = eventInput(id, { data, occurredAt: '2016-12-31T23:59:60Z' });
    expect((await publisher().post(EVENTS, input)).status).toBe(202);
    const [{ body }] = await receiver.waitFor(1, { path: '/dates' });
    const sent = JSON.parse(body.toString());
    expect([sent.timestamp, sent.data.tasks[0].dueAt]).toEqual(['2017-01-01T00:00:00.000Z', '2026-12-01']);
  });

  describe('the Idempotency-Key header', () => {
    const post = (path: string, body: unknown, key: string) =>
      publisher().post(path, body, { headers: { 'idempotency-key': key } });

    it('counts as the field of the body', async () => {
      const { id } = await createAccount(app);
      const first = await post(EVENTS, eventInput(id), 'call_1/completed');
      const second = await publisher().post(EVENTS, eventInput(id, { idempotencyKey: 'call_1/completed' }));
      expect(second.body).toEqual({ ...first.body, duplicate: true });
      const third = await post(`${EVENTS}?x`, eventInput(id), 'call_1/completed');
      expect(third.body).toEqual({ ...first.body, duplicate: true });
    });

    it('makes the same batch again a duplicate', async () => {
      const { id } = await createAccount(app);
      const events = [eventInput(id), eventInput(id, { idempotencyKey: 'own' })];
      const first = await post(BATCH, { events }, 'batch-1');
      const second = await post(BATCH, { events }, 'batch-1');
      expect(second.body.results).toEqual(
        first.body.results.map((result: any) => ({ ...result, duplicate: true })),
      );
      expect(await countEvents(id)).toBe(2);
    });

    it('counts for 7 days', async () => {
      const { id } = await createAccount(app);
      const publish = () => publisher().post(EVENTS, eventInput(id, { idempotencyKey: 'k' }));
      const age = (days: string) =>
        app
          .get(Sql)
          .execute('update events set created_at = now() - $2::interval where account_id = $1', [
            toUuid(id),
            days,
          ]);
      const first = await publish();
      await age('6 days 23 hours');
      expect((await publish()).body).toEqual({ ...first.body, duplicate: true });
      await age('7 days 1 second');
      const later = await Promise.all([publish(), publish(), publish()]);
      expect(later.filter(({ body }) => !body.duplicate)).toHaveLength(1);
      expect(new Set(later.map(({ body }) => body.id)).size).toBe(1);
      expect(later[0].body.id).not.toBe(first.body.id);
      expect(await countEvents(id)).toBe(2);
    });
  });

  describe('a dry run', () => {
    it('says what would happen, and stores nothing', async () => {
      const { id } = await createAccount(app);
      await createWebhook(app, id, { url: receiver.url('/dry') });
      await createWebhook(app, id, { url: receiver.url('/dry'), events: ['CALL_FAILED'] });
      const input = eventInput(id, { idempotencyKey: 'k' });
      const dry = () => publisher().post(`${EVENTS}?dryRun=true`, input);
      expect(await dry()).toMatchObject({
        status: 200,
        body: { valid: true, deliveries: 1, duplicate: false },
      });
      expect(await countEvents(id)).toBe(0);
      await publisher().post(`${EVENTS}?dryRun=false`, input);
      expect((await dry()).body).toEqual({ valid: true, deliveries: 1, duplicate: true });
      expect(await countEvents(id)).toBe(1);
    });

    it('lists everything that is wrong', async () => {
      const { id } = await createAccount(app);
      const { status, body } = await publisher().post(`${EVENTS}?dryRun=true`, {
        ...eventInput(id),
        type: 'X',
        data: {},
      });
      expect([status, body.valid]).toEqual([200, false]);
      expect(body.errors.map(({ path }: any) => path).sort()).toEqual([
        'data.call',
        'data.phoneNumbers',
        'type',
      ]);
    });

    it('of a batch stores nothing either', async () => {
      const { id } = await createAccount(app);
      const events = [eventInput(id), { ...eventInput(id), more: 1 }];
      const { status, body } = await publisher().post(`${BATCH}?dryRun=true`, { events });
      expect(status).toBe(200);
      expect(body.results).toEqual([
        { valid: true, deliveries: 0, duplicate: false },
        { valid: false, errors: [{ path: 'more', message: 'is not a known field' }] },
      ]);
      expect(await countEvents(id)).toBe(0);
    });

    it('is not guessed', async () => {
      const { id } = await createAccount(app);
      for (const path of [`${EVENTS}?dryRun=yes`, `${EVENTS}?dryRun`, `${BATCH}?dryRun=1`])
        expect((await publisher().post(path, eventInput(id))).status).toBe(400);
      expect(await countEvents(id)).toBe(0);
    });
  });

  describe('a batch', () => {
    it('that is broken behind good events publishes none of them', async () => {
      const { id } = await createAccount(app);
      const body = `{"events":[${JSON.stringify(eventInput(id))},{]}`;
      expect((await publisher().send('POST', BATCH, body)).body.code).toBe('malformed_json');
      expect(await countEvents(id)).toBe(0);
    });

    it('has events that are broken in themselves beside good ones', async () => {
      const { id } = await createAccount(app);
      const latin1 = Buffer.from(JSON.stringify(eventInput(id, { data: callData({ agent: { id: null, name: 'é' } }) })), 'latin1'); // prettier-ignore
      const good = JSON.stringify(eventInput(id));
      const body = Buffer.concat([
        Buffer.from(`{"events":[${good},{"a":tru},`),
        latin1,
        Buffer.from(`,${good}]}`),
      ]);
      const { status, body: { results } } = await publisher().send('POST', BATCH, body); // prettier-ignore
      expect(status).toBe(202);
      expect(results.map(({ error }: any) => error?.code)).toEqual([
        undefined,
        'malformed_json',
        'malformed_json',
        undefined,
      ]);
      expect(await countEvents(id)).toBe(2);
    });

    it('is accepted compressed, up to what it is when inflated', async () => {
      const { id } = await createAccount(app);
      const headers = { 'content-encoding': 'gzip' };
      const body = JSON.stringify({ events: Array.from({ length: 40 }, () => eventInput(id)) });
      const { status } = await publisher().send('POST', BATCH, gzipSync(body), { headers });
      expect([status, await countEvents(id)]).toEqual([202, 40]);
      const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '));
      expect((await publisher().send('POST', BATCH, bomb, { headers })).status).toBe(413);
    });
  });

  describe('a rejected publication', () => {
    const kept = async (accountId: string | null) => {
      await app.get(RejectionLog).flush();
      return app
        .get(Sql)
        .rows<any>(
          'select * from rejected_publications where account_id is not distinct from $1 order by id',
          [accountId === null ? null : toUuid(accountId)],
        );
    };

    it('is kept with its paths, its key, and its account, and without call data', async () => {
      const { id } = await createAccount(app);
      const data = { ...callData(), summaries: { full: 7, short: 'A secret of the call' } };
      await publisher().post(EVENTS, eventInput(id, { idempotencyKey: 'k-1', data }));
      await publisher().post(BATCH, { events: [{ ...eventInput(id), more: 1 }] });
      const rows = await kept(id);
      expect(rows).toMatchObject([
        { source: 'http', code: 'validation_failed', type: 'CALL_COMPLETED', idempotency_key: 'k-1', errors: [{ path: 'data.summaries.full', message: 'must be text or null' }] },
        { source: 'batch', code: 'validation_failed', idempotency_key: null, errors: [{ path: 'more' }] },
      ]); // prettier-ignore
      expect(fromUuid('acc', rows[0].account_id)).toBe(id);
      expect(JSON.stringify(rows)).not.toContain('secret');
    });

    it('is kept also if no account is known', async () => {
      await publisher().post(EVENTS, eventInput(newId('acc'), { idempotencyKey: 'unknown-account' }));
      await publisher().send('POST', EVENTS, '{"accountId":');
      const rows = await kept(null);
      expect(rows.map(({ idempotency_key }) => idempotency_key)).toContain('unknown-account');
      expect(rows.map(({ code }) => code)).toContain('malformed_json');
    });

    it('of one account is kept 50 times an hour, and others are not affected', async () => {
      const [noisy, quiet] = await Promise.all([createAccount(app), createAccount(app)]);
      const bad = (id: string) => ({ ...eventInput(id), more: 1 });
      await publisher().post(BATCH, { events: Array.from({ length: 60 }, () => bad(noisy.id)) });
      await publisher().post(EVENTS, bad(quiet.id));
      expect([(await kept(noisy.id)).length, (await kept(quiet.id)).length]).toEqual([50, 1]);
    });

    it('never fails publishing, even if it cannot be kept', async () => {
      const { id } = await createAccount(app);
      await app.get(Sql).execute('alter table rejected_publications rename to elsewhere');
      try {
        expect((await publisher().post(EVENTS, { ...eventInput(id), more: 1 })).status).toBe(400);
        await app.get(RejectionLog).flush();
        expect((await publisher().post(EVENTS, eventInput(id))).status).toBe(202);
      } finally {
        await app.get(Sql).execute('alter table elsewhere rename to rejected_publications');
      }
    });

    it('is kept for 30 days', async () => {
      const { id } = await createAccount(app);
      await publisher().post(EVENTS, { ...eventInput(id), more: 1 });
      expect(await kept(id)).toHaveLength(1);
      await app.get(Sql).execute(`update rejected_publications set created_at = now() - interval '31 days' where account_id = $1`, [toUuid(id)]); // prettier-ignore
      await app.get(Housekeeping).clearAway();
      expect(await kept(id)).toEqual([]);
    });
  });
});

function outcome({ status, body }: { status: number; body: any }): { status: number; paths: string[] } {
  return { status, paths: (body.errors ?? []).map(({ path }: any) => path).filter((path: string) => path !== 'data' || status !== 413) }; // prettier-ignore
}
