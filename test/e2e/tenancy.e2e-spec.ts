import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { ApiKeyService, DashboardSessions } from '@app/accounts';
import {
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
import { operationsOf, sampleOf, type Operation } from '../support/openapi';

/** Routes that are there to get a key's rights in the first place. */
const OPEN_TO_ALL = ['POST /v1/session'];

/**
 * Walks every route of the generated OpenAPI document, so that a new one cannot be forgotten: with no key, with a
 * revoked key, and with the key of an account that owns nothing of what the route names.
 */
describe('nobody sees what isn’t theirs', () => {
  let app: TestApp;
  let receiver: Receiver;
  let operations: Operation[];
  let owner: { id: string; key: string };
  let stranger: { id: string; key: string };
  let revokedKey: string;
  /** Of the owner, by what stands before it in a path. */
  let things: Record<string, string>;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
    receiver = await Receiver.start();
    operations = operationsOf(app, '/v1/');
    owner = await createAccount(app);
    stranger = await createAccount(app);
    const keys = app.get(ApiKeyService);
    const revoked = await keys.issue(owner.id, { name: 'revoked' }, TEST_ACTOR);
    await keys.revoke(owner.id, revoked.apiKey.id, TEST_ACTOR);
    revokedKey = revoked.plainKey;
    things = await arrangeThings();
  });
  afterAll(async () => {
    await receiver.stop();
    await app.close();
  });

  async function arrangeThings(): Promise<Record<string, string>> {
    const api = app.http(owner.key);
    const webhook = await createWebhook(app, owner.id, { url: receiver.url(), secret: 'a secret' });
    const event = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(owner.id));
    expect(event.status).toBe(202);
    const delivery = await eventually(async () => {
      const [row] = await app.database.query<{ id: string }>(
        `select id from deliveries where status = 'DELIVERED' and webhook_id = $1`,
        [webhook.id.slice(4)],
      );
      return `dlv_${row.id}`;
    });
    const key = (await api.get('/v1/api-keys')).body.data[0].id as string;
    const sessions = app.get(DashboardSessions);
    const session = (await sessions.redeemLink((await sessions.createLink(owner.id)).token))!;
    const since = new Date(Date.now() - 60_000).toISOString();
    const replay = await api.post(`/v1/webhooks/${webhook.id}/replay`, { since, which: 'failed' });
    expect(replay.status).toBe(202);
    return {
      webhooks: webhook.id,
      events: event.body.id,
      deliveries: delivery,
      'api-keys': key,
      sessions: session.id,
      replays: replay.body.id,
    };
  }

  /** The route with the owner's things in its place-holders. */
  function pathTo(operation: Operation): string {
    return operation.path.replace(/([\w-]+)\/\{(\w+)\}/g, (_, before: string) => {
      if (!things[before])
        throw new Error(`Say in this test what ${operation.path} names, and arrange it for the owner`);
      return `${before}/${things[before]}`;
    });
  }

  function call(operation: Operation, key: string | undefined, query: Record<string, string> = {}) {
    const body = operation.body ? sampleOf(operation.body) : operation.method === 'POST' ? {} : undefined;
    const required = operation.query
      .filter((one) => one.required)
      .map(({ name, schema }) => [name, sampleOf(schema)]);
    return app.http(key).send(operation.method, pathTo(operation), body, {
      query: { ...Object.fromEntries(required), ...query },
    });
  }

  /** What the owner can see of all that is theirs. */
  async function ownersView(): Promise<string> {
    const reads = operations.filter(({ method, path }) => method === 'GET' && !path.includes('stats'));
    const views = await Promise.all(
      reads.map(async (operation) => [operation.path, (await call(operation, owner.key)).body]),
    );
    return JSON.stringify(views, (name, value: unknown) => (name === 'lastUsedAt' ? undefined : value));
  }

  const names = (some: Operation[]): string[] => some.map(({ method, path }) => `${method} ${path}`).sort();

  it('has every route of customers', () => {
    expect(names(operations)).toEqual(
      [
        'POST /v1/webhooks',
        'GET /v1/webhooks',
        'GET /v1/webhooks/{id}',
        'PATCH /v1/webhooks/{id}',
        'DELETE /v1/webhooks/{id}',
        'POST /v1/webhooks/{id}/test',
        'POST /v1/webhooks/{id}/rotate-secret',
        'POST /v1/webhooks/{id}/filter/preview',
        'POST /v1/webhooks/{id}/replay',
        'GET /v1/webhooks/{id}/replays',
        'GET /v1/webhooks/{id}/stats',
        'GET /v1/webhooks/{id}/history',
        'POST /v1/replays',
        'GET /v1/replays/{id}',
        'POST /v1/replays/{id}/cancel',
        'GET /v1/deliveries',
        'GET /v1/deliveries.csv',
        'GET /v1/deliveries/{id}',
        'POST /v1/deliveries/{id}/retry',
        'GET /v1/events',
        'GET /v1/events.csv',
        'GET /v1/events/{id}',
        'DELETE /v1/events/{id}/payload',
        'POST /v1/events/{id}/send',
        'GET /v1/event-types',
        'GET /v1/api-keys',
        'POST /v1/api-keys',
        'DELETE /v1/api-keys/{id}',
        'GET /v1/session',
        'GET /v1/sessions',
        'DELETE /v1/sessions/{id}',
        'POST /v1/session',
        'DELETE /v1/session',
      ].sort(),
    );
  });

  it('asks for a key on every route', () => {
    expect(names(operations.filter(({ isProtected }) => !isProtected))).toEqual(OPEN_TO_ALL);
  });

  it.each([
    ['no key', () => undefined],
    ['a revoked key', () => revokedKey],
    ['the publisher’s token', () => PUBLISHER_TOKEN],
  ])('lets nobody in with %s, on any route', async (_, key) => {
    const before = await ownersView();
    for (const operation of operations.filter(({ isProtected }) => isProtected)) {
      const { status, body, headers } = await call(operation, key());
      expect([operation.method, operation.path, status, body.code]).toEqual([
        operation.method,
        operation.path,
        401,
        'unauthorized',
      ]);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    expect(await ownersView()).toBe(before);
  });

  it('answers 404 to another account for every thing that a route names, and changes nothing', async () => {
    const before = await ownersView();
    const named = operations.filter(({ pathParameters }) => pathParameters.length > 0);
    for (const operation of named) {
      const { status, body } = await call(operation, stranger.key);
      expect([operation.method, operation.path, status, body.code]).toEqual([
        operation.method,
        operation.path,
        404,
        'not_found',
      ]);
    }
    expect(await ownersView()).toBe(before);
  });

  it('shows another account nothing of the owner in any list, also when it is asked for by id', async () => {
    const secrets = [owner.id, ...Object.values(things), receiver.url()];
    const ids: Record<string, string> = {
      webhookId: things.webhooks,
      eventId: things.events,
      deliveryId: things.deliveries,
    };
    const lists = operations.filter(
      ({ method, pathParameters }) => method === 'GET' && pathParameters.length === 0,
    );
    for (const operation of lists) {
      const queries = [
        {},
        ...operation.query.filter(({ name }) => ids[name]).map(({ name }) => ({ [name]: ids[name] })),
      ];
      for (const query of queries as Record<string, string>[]) {
        const { status, body } = await call(operation, stranger.key, query);
        expect([200, 404]).toContain(status);
        const seen = secrets.filter((secret) => JSON.stringify(body.data ?? body).includes(secret));
        expect([operation.path, query, seen]).toEqual([operation.path, query, []]);
      }
    }
  });

  it('gives the owner what the stranger could not have', async () => {
    for (const operation of operations.filter(
      ({ method, pathParameters }) => method === 'GET' && pathParameters.length > 0,
    )) {
      const { status } = await call(operation, owner.key);
      expect([operation.path, status]).toEqual([operation.path, 200]);
    }
  });

  it('answers what is no id like what does not exist', async () => {
    for (const operation of operations.filter(({ pathParameters }) => pathParameters.length > 0)) {
      for (const id of [
        'x',
        '00000000-0000-0000-0000-000000000000',
        `${'a'.repeat(500)}`,
        'whk_',
        '%00',
        "' or 1=1 --",
      ]) {
        const path = operation.path.replace(/\{\w+\}/g, encodeURIComponent(id).replaceAll('%25', '%'));
        const body = operation.body ? sampleOf(operation.body) : operation.method === 'POST' ? {} : undefined;
        const { status } = await app.http(owner.key).send(operation.method, path, body);
        // NUL characters in paths are rejected before any route is looked for.
        const expected = id === '%00' ? 400 : 404;
        expect([operation.method, path, status]).toEqual([operation.method, path, expected]);
      }
    }
  });
});
