import fc from 'fast-check';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  createAccount,
  createWebhook,
  eventInput,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { operationsOf, sampleOf, type Operation } from '../support/openapi';

/** Requests in all, shared between the routes. */
const REQUESTS = 2_000;

/** Text that has broken programs before. */
const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', ' ', '\0', 'a\0b', '\ud800', '\udfff\ud800', '__proto__', 'constructor', 'toString', "' or 1=1 --", '%00', '../..', '𝒳'.repeat(500)),
  fc.constantFrom('null', 'true', '-0', '1e999', 'NaN', '9'.repeat(400), '2026-13-45T99:99:99Z', '0000-00-00T00:00:00Z', '275760-09-13T00:00:00.001Z', '-271821-04-19T23:59:59Z'),
  fc.constantFrom('http://[::1', 'http://', 'https://exa mple.com', 'HTTP://EXAMPLE.COM:99999', 'https://1.1.1.1:0', `https://${'a'.repeat(300)}.com`, 'javascript:alert(1)', '\\\\host'),
  fc.constantFrom('evt_', 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', 'whk_zzzzzzzz-7d1e-7c55-9c2f-0c6f3f8a1b22', 'ZXZ0XzAxOTlhM2My'),
); // prettier-ignore
const nastyValue = fc.oneof(
  nastyText,
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    Number.MAX_SAFE_INTEGER,
    1e308,
    [],
    {},
    [[]],
    [null],
    { toString: 1 },
    { length: 1e9 },
    { then: 'x' },
  ),
  fc.jsonValue({ maxDepth: 4 }),
);

describe('no input makes a 5xx', () => {
  let app: TestApp;
  let receiver: Receiver;
  let operations: Operation[];
  let internal: Operation[];
  let key: string;
  let known: string[];
  let changed: { key: string; id: string };

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule], env: { API_REQUESTS_PER_MINUTE: '0' } });
    receiver = await Receiver.start();
    operations = operationsOf(app, '/v1/');
    internal = operationsOf(app, '/internal/v1/');
    const account = await createAccount(app);
    key = account.key;
    const webhook = await createWebhook(app, account.id, { url: receiver.url() });
    const event = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(account.id));
    await receiver.waitFor(1);
    const [delivery] = await app.database.query<{ id: string }>('select id from deliveries');
    known = [webhook.id, account.id, event.body.id, `dlv_${delivery.id}`];
    // Changes go to an account of their own: nothing is ever sent to a URL that was made up here.
    const other = await createAccount(app);
    changed = { key: other.key, id: (await createWebhook(app, other.id, { url: receiver.url() })).id };
  });
  afterAll(async () => {
    await receiver.stop();
    await app.close();
  });

  /** The sample with some fields replaced, removed or added; or something else altogether. */
  function bodies(operation: Operation): fc.Arbitrary<unknown> {
    const sample = (operation.body ? sampleOf(operation.body) : {}) as Record<string, unknown>;
    const fields = [...Object.keys(operation.body?.properties ?? {}), 'unknown'];
    const changes = fc.dictionary(fc.constantFrom(...fields), fc.oneof(nastyValue, fc.constant(undefined)), {
      maxKeys: 3,
    });
    return fc.oneof(
      { weight: 5, arbitrary: changes.map((change) => ({ ...sample, ...change })) },
      { weight: 1, arbitrary: nastyValue },
    );
  }

  function requests(operation: Operation) {
    const names = [...operation.query.map(({ name }) => name), 'limit', 'cursor', 'unknown'];
    const ids =
      operation.method === 'PATCH' ? [changed.id] : operation.path === '/v1/webhooks/{id}' ? [] : known;
    return fc.record({
      id: ids.length > 0 ? fc.oneof(nastyText, fc.constantFrom(...ids)) : nastyText,
      query: fc.dictionary(fc.constantFrom(...names), nastyText, { maxKeys: 2 }),
      body: bodies(operation),
      headers: fc.dictionary(
        fc.constantFrom('if-match', 'idempotency-key', 'x-request-id', 'accept', 'cookie'),
        fc.string({ unit: fc.constantFrom(...'"*,W/x 1é;=\t%'), maxLength: 20 }).map((text) => text.trim()),
        { maxKeys: 2 },
      ),
    });
  }

  /** @returns how many requests were answered with each status. */
  async function survives(
    all: Operation[],
    token: string,
    requestsInAll: number,
  ): Promise<Map<number, number>> {
    const statuses = new Map<number, number>();
    const tryOne = async (operation: Operation): Promise<void> => {
      const property = fc.asyncProperty(requests(operation), async ({ id, query, body, headers }) => {
        const path = operation.path.replace(
          /\{\w+\}/g,
          () => encodeURIComponent(id.replace(/\p{Surrogate}/gu, '')) || 'x',
        );
        const sent = ['POST', 'PATCH', 'PUT'].includes(operation.method) ? JSON.stringify(body) : undefined;
        const answer = await app
          .http(operation.method === 'PATCH' ? changed.key : token)
          .send(operation.method, path, sent, { query, headers });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status >= 500) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
        if (answer.status >= 400)
          expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      });
      await fc
        .assert(property, { numRuns: Math.ceil(requestsInAll / all.length), includeErrorInReport: true })
        .catch((error: Error) => {
          throw new Error(`${operation.method} ${operation.path}: ${error.message}`);
        });
    };
    // A few at a time: beyond what the machine can do, a quick 503 is the right answer.
    const left = [...all];
    const tryNext = async (): Promise<void> => {
      for (let one = left.shift(); one; one = left.shift()) await tryOne(one);
    };
    await Promise.all(Array.from({ length: 6 }, tryNext));
    return statuses;
  }

  it('on any route of customers', async () => {
    const statuses = await survives(operations, key, REQUESTS);
    expect(sum(statuses)).toBeGreaterThanOrEqual(REQUESTS);
    // Not all of it was refused at the door: some came through, and some named what is not there.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 404]));
  }, 180_000);

  it('on any route of publishers', async () => {
    const statuses = await survives(internal, PUBLISHER_TOKEN, 400);
    expect(sum(statuses)).toBeGreaterThanOrEqual(400);
  }, 60_000);

  it('whatever bytes are sent as JSON', async () => {
    const bytes = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(
        '[',
        '{"a":',
        '"x"',
        '1',
        'null',
        '{"a":1}}',
        '\ufeff{}',
        '{"a":1,"a":2}',
        '{"__proto__":{"x":1}}',
      ),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (text) => {
        const { status } = await app.http(key).send('POST', '/v1/webhooks', Buffer.from(text));
        expect(status).toBe(400);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('and the service still works after all that', async () => {
    const { status } = await app.http(key).post(`/v1/webhooks/${known[0]}/test`);
    expect(status).toBe(200);
    expect((await app.http().get('/health/ready')).status).toBe(200);
  });
});

function sum(counts: Map<number, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0);
}
