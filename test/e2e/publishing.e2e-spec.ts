import { gzipSync } from 'node:zlib';
import type Bull from 'bull';
import { AccountsModule } from '@app/accounts';
import { EventBus } from '@app/events';
import { newId, textArray, Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  callData,
  CallEventsPublisher,
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';

const EVENTS = '/internal/v1/events';
/** The same route, but with a query it is answered by the framework and not by the short lane. */
const EVENTS_BY_FRAMEWORK = '/internal/v1/events?x';
const BATCH = '/internal/v1/events/batch';

jest.setTimeout(60_000);

describe('publishing', () => {
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

  const publisher = () => app.http(PUBLISHER_TOKEN);
  const eventsOf = (accountId: string) =>
    app.get(Sql).rows<any>('select * from events where account_id = $1 order by id', [toUuid(accountId)]);
  const deliveriesOf = (accountId: string) =>
    app.get(Sql).rows<any>('select * from deliveries where account_id = $1', [toUuid(accountId)]);

  describe.each([
    ['by the short lane', EVENTS],
    ['by the framework', EVENTS_BY_FRAMEWORK],
  ])('a single event, %s', (_, path) => {
    it('is answered with 202 once it and its deliveries are committed', async () => {
      const { id } = await createAccount(app);
      await createWebhook(app, id, { url: receiver.url('/a') });
      await createWebhook(app, id, { url: receiver.url('/b'), events: ['CALL_FAILED'] });
      const input = eventInput(id, { occurredAt: '2026-11-01T08:30:00.250Z' });
      const answer = await publisher().post(path, input);
      // Looked up at once: committed before it was told.
      const [stored, deliveries] = await Promise.all([eventsOf(id), deliveriesOf(id)]);
      expect(answer.status).toBe(202);
      expect(answer.body).toEqual({ id: expect.stringMatching(/^evt_/), deliveries: 1, duplicate: false });
      expect(stored).toHaveLength(1);
      expect(stored[0]).toMatchObject({ id: toUuid(answer.body.id), type: 'CALL_COMPLETED', test: false });
      expect(stored[0].occurred_at).toEqual(new Date('2026-11-01T08:30:00.250Z'));
      expect(JSON.parse(stored[0].data).call.id).toBe((input.data as any).call.id);
      expect(deliveries).toHaveLength(1);
    });

    it('is stored also when no webhook wants it', async () => {
      const { id } = await createAccount(app);
      expect((await publisher().post(path, eventInput(id))).body).toMatchObject({ deliveries: 0 });
      expect(await eventsOf(id)).toHaveLength(1);
    });

    it('goes to no webhook that is paused, deleted or another account’s', async () => {
      const { id } = await createAccount(app);
      const other = await createAccount(app);
      await createWebhook(app, other.id, { url: receiver.url('/other') });
      await createWebhook(app, id, { url: receiver.url('/paused'), status: 'PAUSED' });
      const gone = await createWebhook(app, id, { url: receiver.url('/gone') });
      await app.get(Sql).execute('update webhooks set deleted_at = now() where id = $1', [toUuid(gone.id)]);
      expect((await publisher().post(path, eventInput(id))).body).toMatchObject({ deliveries: 0 });
    });

    it('with the key of another one is answered with the first one’s id and number of deliveries', async () => {
      const { id } = await createAccount(app);
      await createWebhook(app, id, { url: receiver.url('/first') });
      const first = await publisher().post(path, eventInput(id, { idempotencyKey: 'k' }));
      const again = await publisher().post(
        path,
        eventInput(id, { idempotencyKey: 'k', type: 'CALL_FAILED' }),
      );
      expect(again).toMatchObject({ status: 202, body: { ...first.body, duplicate: true } });
      expect(await eventsOf(id)).toHaveLength(1);
    });
  });

  it('takes a key of 255 characters and of any script', async () => {
    const { id } = await createAccount(app);
    for (const idempotencyKey of ['漢'.repeat(255), '{"a":"b,c"}', 'it\'s \\ "quoted" {x}', ' ', 'null']) {
      const input = eventInput(id, { idempotencyKey });
      expect((await publisher().post(EVENTS, input)).body).toMatchObject({ duplicate: false });
      expect((await publisher().post(EVENTS, input)).body).toMatchObject({ duplicate: true });
    }
  });

  it('stores an event once for concurrent requests with its key, also through both doors and a batch', async () => {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url('/race') });
    const input = () => eventInput(id, { idempotencyKey: 'race' });
    const answers = await Promise.all([
      ...Array.from({ length: 15 }, () => publisher().post(EVENTS, input())),
      ...Array.from({ length: 15 }, () => publisher().post(EVENTS_BY_FRAMEWORK, input())),
      publisher().post(BATCH, { events: Array.from({ length: 20 }, input) }),
    ]);
    const results = answers.flatMap(({ body }) => body.results ?? [body]);
    expect(results).toHaveLength(50);
    expect(new Set(results.map((result) => result.id)).size).toBe(1);
    expect(results.filter((result) => !result.duplicate)).toHaveLength(1);
    expect(results.every((result) => result.deliveries === 1)).toBe(true);
    expect(await eventsOf(id)).toHaveLength(1);
    expect(await deliveriesOf(id)).toHaveLength(1);
  });

  it('takes batches with the same keys in opposite orders at the same moment', async () => {
    const { id } = await createAccount(app);
    for (let round = 0; round < 4; round += 1) {
      const events = Array.from({ length: 128 }, (_, i) =>
        eventInput(id, { idempotencyKey: `r${round}-${i}` }),
      );
      const answers = await Promise.all(
        [events, events.toReversed(), events, events.toReversed()].map((batch) =>
          publisher().post(BATCH, { events: batch }),
        ),
      );
      const results = answers.flatMap(({ body }) => body.results);
      expect(results.filter(({ error }) => error)).toEqual([]);
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(128);
    }
  });

  it('keeps the keys of accounts apart', async () => {
    const accounts = await Promise.all([createAccount(app), createAccount(app)]);
    const answers = await Promise.all(
      accounts.map(({ id }) => publisher().post(EVENTS, eventInput(id, { idempotencyKey: 'same' }))),
    );
    expect(answers.map(({ body }) => body.duplicate)).toEqual([false, false]);
    expect(answers[0].body.id).not.toBe(answers[1].body.id);
  });

  describe('a batch', () => {
    it('of 500 is answered in order, and a bad one spoils only itself', async () => {
      const { id } = await createAccount(app);
      await createWebhook(app, id, { url: receiver.url('/batch') });
      const events: any[] = Array.from({ length: 500 }, (_, i) =>
        eventInput(id, { idempotencyKey: `b${i}` }),
      );
      events[7] = { ...events[7], type: 'CALL_LOST' };
      events[8] = 'text';
      events[9] = eventInput(newId('acc'));
      events[10] = { ...events[10], data: { ...callData(), surprise: 1 } };
      events[11] = { ...events[12] };
      const { status, body } = await publisher().post(BATCH, { events });
      expect(status).toBe(202);
      expect(body.results).toHaveLength(500);
      const refused = body.results.flatMap((result: any, i: number) =>
        result.error ? [[i, result.error]] : [],
      );
      expect(refused.map(([i, error]: any) => [i, error.status, error.code, error.errors[0].path])).toEqual([
        [7, 400, 'validation_failed', 'events[7].type'],
        [8, 400, 'validation_failed', 'events[8]'],
        [9, 400, 'validation_failed', 'events[9].accountId'],
        [10, 400, 'validation_failed', 'events[10].data.surprise'],
      ]);
      expect([body.results[11], body.results[12]].map(({ duplicate }) => duplicate).sort()).toEqual([
        false,
        true,
      ]);
      expect(body.results[11].id).toBe(body.results[12].id);
      const stored = await eventsOf(id);
      expect(stored).toHaveLength(495);
      const keys = new Map(stored.map((event) => [event.id, event.idempotency_key]));
      body.results.forEach((result: any, i: number) => {
        if (result.id && i !== 11) expect(keys.get(toUuid(result.id))).toBe(`b${i}`);
      });
      expect(await deliveriesOf(id)).toHaveLength(495);
    });

    it.each<[string, unknown, string]>([
      ['none', { events: [] }, 'events'],
      ['more than 500', { events: Array(501).fill({}) }, 'events'],
      ['no list', { events: {} }, 'events'],
      ['nothing', {}, 'events'],
      ['an unknown field', { events: [{}], dryRun: true }, 'dryRun'],
      ['a bare list', [{}], ''],
    ])('of %s is refused', async (_, body, path) => {
      const answer = await publisher().post(BATCH, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error: any) => error.path)).toContain(path);
    });

    it('is not taken without the token', async () => {
      expect((await app.http().post(BATCH, { events: [{}] })).status).toBe(401);
      expect((await app.http('wrong').post(BATCH, { events: [{}] })).status).toBe(401);
    });
  });

  describe('both doors', () => {
    let accountId: string;
    beforeAll(async () => ({ id: accountId } = await createAccount(app)));

    const data = (bytes: number) => {
      const record = { ...callData(), summaries: { full: '', short: null } };
      const rest = bytes - Buffer.byteLength(JSON.stringify(record));
      return { ...record, summaries: { full: 'x'.repeat(rest), short: null } };
    };
    const MIB = 1024 * 1024;
    /** As Python writes JSON by default. */
    const escaped = (value: unknown) =>
      JSON.stringify(value).replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

    const cases: [string, number, string | null, () => { token?: string; body?: any; headers?: Record<string, string> }][] = [
      ['an event', 202, null, () => ({ body: eventInput(accountId) })],
      ['a duplicate', 202, null, () => ({ body: eventInput(accountId, { idempotencyKey: 'twice' }) })],
      ['no token', 401, 'unauthorized', () => ({ token: '', body: eventInput(accountId) })],
      ['a wrong token', 401, 'unauthorized', () => ({ token: 'x'.repeat(28), body: eventInput(accountId) })],
      ['no token and no JSON', 401, 'unauthorized', () => ({ token: '', body: '{' })],
      ['an unknown account', 400, 'validation_failed', () => ({ body: eventInput(newId('acc')) })],
      ['an unknown field', 400, 'validation_failed', () => ({ body: { ...eventInput(accountId), more: 1 } })],
      ['everything wrong', 400, 'validation_failed', () => ({ body: { accountId: 1, type: 2, occurredAt: 3, data: 4 } })],
      ['an empty object', 400, 'validation_failed', () => ({ body: {} })],
      ['a list', 400, 'validation_failed', () => ({ body: [] })],
      ['malformed JSON', 400, 'malformed_json', () => ({ body: '{"accountId": ' })],
      ['a bare number', 400, null, () => ({ body: '7' })],
      ['null', 400, null, () => ({ body: 'null' })],
      ['an empty body', 400, null, () => ({ body: '' })],
      ['no body', 400, null, () => ({})],
      ['bytes that are not UTF-8', 400, 'malformed_json', () => ({ body: Buffer.from(JSON.stringify(eventInput(accountId, { data: callData({ agent: { id: 'a', name: 'José' } }) })), 'latin1') })],
      ['a name given twice', 400, 'validation_failed', () => ({ body: JSON.stringify(eventInput(accountId)).replace('"crmId":"42"', '"crmId":"42","crmId":"43"') })],
      ['a number with too many digits', 400, 'validation_failed', () => ({ body: JSON.stringify(eventInput(accountId)).replace('"crmId":"42"', '"crmId":7615917337495251231') })],
      ['a key in the header', 202, null, () => ({ body: eventInput(accountId), headers: { 'idempotency-key': 'in-the-header' } })],
      ['another key in the header', 400, 'validation_failed', () => ({ body: eventInput(accountId, { idempotencyKey: 'b' }), headers: { 'idempotency-key': 'a' } })],
      ['JSON in utf8', 202, null, () => ({ body: eventInput(accountId), headers: { 'content-type': 'application/json; charset=utf8' } })],
      ['JSON in UTF-16', 415, 'unsupported_media_type', () => ({ body: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } })],
      ['340,000 escaped characters', 202, null, () => ({ body: escaped(eventInput(accountId, { data: { ...callData(), summaries: { full: '漢'.repeat(340_000), short: null } } })) })],
      ['a byte order mark', 202, null, () => ({ body: '\uFEFF' + JSON.stringify(eventInput(accountId)) })],
      ['a form', 415, 'unsupported_media_type', () => ({ body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
      ['plain text', 415, 'unsupported_media_type', () => ({ body: '{}', headers: { 'content-type': 'text/plain' } })],
      ['problem+json', 415, 'unsupported_media_type', () => ({ body: '{}', headers: { 'content-type': 'application/problem+json' } })],
      ['JSON with a charset', 202, null, () => ({ body: eventInput(accountId), headers: { 'content-type': 'Application/JSON; charset=UTF-8' } })],
      ['JSON in another charset', 415, 'unsupported_media_type', () => ({ body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } })],
      ['gzip', 202, null, () => ({ body: gzipSync(JSON.stringify(eventInput(accountId))), headers: { 'content-encoding': 'gzip' } })],
      ['an unknown encoding', 415, 'unsupported_media_type', () => ({ body: '{}', headers: { 'content-encoding': 'zstd-7' } })],
      ['1 MiB of data', 202, null, () => ({ body: eventInput(accountId, { data: data(MIB) }) })],
      ['a byte more', 413, 'payload_too_large', () => ({ body: eventInput(accountId, { data: data(MIB + 1) }) })],
      ['2 MiB', 413, 'payload_too_large', () => ({ body: eventInput(accountId, { data: data(2 * MIB) }) })],
      ['data nested without an end', 400, 'validation_failed', () => ({ body: JSON.stringify(eventInput(accountId, { data: { ...callData(), dataCollected: null } })).replace('"dataCollected":null', `"dataCollected":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) })],
      ['a request id', 202, null, () => ({ body: eventInput(accountId), headers: { 'x-request-id': 'trace-1' } })],
      ['a request id that is none', 202, null, () => ({ body: eventInput(accountId), headers: { 'x-request-id': 'a b<script>' } })],
    ]; // prettier-ignore

    it.each(cases)('answer alike to %s: %d', async (_, status, code, make) => {
      const { token = PUBLISHER_TOKEN, body, headers = {} } = make();
      const ask = (path: string) => app.http(token || undefined).send('POST', path, body, { headers });
      const lane = await ask(EVENTS);
      const framework = await ask(EVENTS_BY_FRAMEWORK);
      expect([lane.status, framework.status]).toEqual([status, status]);
      if (code) expect(lane.body.code).toBe(code);
      for (const name of ['content-type', 'www-authenticate', 'retry-after', 'x-content-type-options'])
        expect([name, lane.headers.get(name)]).toEqual([name, framework.headers.get(name)]);
      for (const answer of [lane, framework]) {
        const requestId = answer.headers.get('x-request-id');
        expect(requestId).toMatch(/^[\w.:-]+$/);
        if (status >= 400) expect(answer.body).toMatchObject({ instance: EVENTS, requestId, status });
      }
      // What differs by nature: ids, and that the second of two is a duplicate.
      const plain = ({ requestId: _1, id: _2, duplicate: _3, ...rest }: any) => rest;
      expect(plain(lane.body)).toEqual(plain(framework.body));
      expect(Object.keys(lane.body).sort()).toEqual(Object.keys(framework.body).sort());
    });

    it('take a caller’s request id', async () => {
      for (const path of [EVENTS, EVENTS_BY_FRAMEWORK]) {
        const answer = await publisher().post(path, {}, { headers: { 'x-request-id': 'trace-42' } });
        expect(answer.headers.get('x-request-id')).toBe('trace-42');
        expect(answer.body.requestId).toBe('trace-42');
      }
    });

    it('leave other methods and paths to the framework', async () => {
      const answer = await publisher().get(EVENTS);
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
      expect(answer.headers.get('allow')).toBe('POST');
      expect((await publisher().post(`${EVENTS}/nonsense`, {})).status).toBe(404);
    });
  });

  describe('by the queue call-events', () => {
    let publisher: CallEventsPublisher;
    let queue: Bull.Queue;
    beforeAll(async () => {
      publisher = await CallEventsPublisher.start(app);
      queue = publisher.queue;
    });
    afterAll(() => publisher?.stop());

    it('an event is stored, and the job is done with the answer', async () => {
      const { id } = await createAccount(app);
      await createWebhook(app, id, { url: receiver.url('/queued') });
      const job = await queue.add(eventInput(id));
      expect(await publisher.outcomeOf(job)).toEqual({
        value: { id: expect.stringMatching(/^evt_/), deliveries: 1, duplicate: false },
      });
      await receiver.waitFor(1, { path: '/queued' });
    });

    it('a job with a name of its own is taken too', async () => {
      const { id } = await createAccount(app);
      const job = await queue.add('call-ended', eventInput(id));
      expect(await publisher.outcomeOf(job)).toMatchObject({ value: { duplicate: false } });
    });

    it.each<[string, (id: string) => any]>([
      ['is wrong', (id) => ({ ...eventInput(id), type: 'CALL_LOST' })],
      ['is of an unknown account', () => eventInput(newId('acc'))],
      ['has an unknown field', (id) => ({ ...eventInput(id), priority: 1 })],
      ['is no object', () => 'text'],
      ['is empty', () => null],
    ])('a job that %s is rejected at once, and nothing is stored', async (_, make) => {
      const { id } = await createAccount(app);
      const job = await queue.add(make(id), { attempts: 5, backoff: 60_000 });
      expect(await publisher.outcomeOf(job)).toEqual({ failedReason: expect.stringMatching(/./) });
      expect(await queue.getJob(job.id)).toBeNull();
      expect(await eventsOf(id)).toEqual([]);
    });

    it.each<[string, object]>([
      ['without a key', {}],
      ['with a key that is null', { idempotencyKey: null }],
      ['with a key of its own', { idempotencyKey: 'own' }],
    ])('a job %s that runs twice stores its event once', async (_, key) => {
      const { id } = await createAccount(app);
      const job = await queue.add({ ...eventInput(id), ...key });
      await publisher.outcomeOf(job);
      // As after a crash between the commit and the end of the job.
      const client = queue.client as any;
      const name = (part: string) => `${app.config.REDIS_PREFIX}-bull:call-events:${part}`;
      const hash = {
        name: '__default__',
        data: JSON.stringify(job.data),
        opts: '{}',
        timestamp: job.timestamp,
      };
      const before = (await eventsOf(id)).length;
      await client
        .multi()
        .hset(name(String(job.id)), hash)
        .lpush(name('wait'), job.id)
        .exec();
      await eventually(async () => expect(await client.exists(name(String(job.id)))).toBe(0));
      expect([before, (await eventsOf(id)).length]).toEqual([1, 1]);
    });

    it('two jobs without a key are two events', async () => {
      const { id } = await createAccount(app);
      const data = eventInput(id);
      await Promise.all(
        (await Promise.all([queue.add(data), queue.add(data)])).map((job) => publisher.outcomeOf(job)),
      );
      expect(await eventsOf(id)).toHaveLength(2);
    });
  });

  it('by code in the monolith is the same', async () => {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url('/bus') });
    const bus = app.get(EventBus);
    const input = eventInput(id, { idempotencyKey: 'bus' });
    const accepted = await bus.publish(input);
    expect(accepted).toEqual({ id: expect.stringMatching(/^evt_/), deliveries: 1, duplicate: false });
    expect(await eventsOf(id)).toHaveLength(1);
    expect(await bus.publish(input)).toEqual({ ...accepted, duplicate: true });
    await expect(bus.publish({ ...input, more: 1 })).rejects.toMatchObject({ code: 'validation_failed' });
    const [request] = await receiver.waitFor(1, { path: '/bus' });
    expect(request.headers['webhook-id']).toBe(accepted.id);
  });

  it('brings texts through PostgreSQL as they are', async () => {
    const texts = ['', null, '{"a": "b,c"}', "it's \\ \"x\"", 'NULL', '{}', '漢字 🙂 \u202Eابج', '\n\t\u0001', 'x'.repeat(100_000)];
    const rows = await app.get(Sql).rows<{ text: string | null }>('select text from unnest($1::text[]) as text', [textArray(texts)]);
    expect(rows.map(({ text }) => text)).toEqual(texts);
    const [{ count }] = await app.get(Sql).rows<any>('select cardinality($1::text[]) as count', [textArray([])]);
    expect(count).toBe(0);
  }); // prettier-ignore
});
