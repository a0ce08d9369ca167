import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  type Answer,
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { recordDelivery } from '../support/history';

type Json = Record<string, any>;

interface Route {
  method: string;
  path: string;
  operation: Json;
}

/** Routes that ask for no key: to see whether it lives, and to come in. */
const OPEN = ['GET /health/live', 'GET /health/ready', 'POST /v1/session'];

describe('the OpenAPI document', () => {
  let app: TestApp;
  let receiver: Receiver;
  let document: Json;
  let routes: Route[];
  let ajv: Ajv;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule], env: { API_REQUESTS_PER_MINUTE: '0' } });
    receiver = await Receiver.start();
    document = (await app.http().get('/docs-json')).body;
    routes = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation: operation as Json,
      })),
    );
    ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema({ $id: 'document', components: toJsonSchema(document.components) });
  });
  afterAll(async () => {
    await receiver.stop();
    await app.close();
  });

  /** A validator of a schema of the document, as JSON Schema understands it. */
  function validator(schema: Json): ValidateFunction {
    return ajv.compile(toJsonSchema(schema) as Json);
  }

  it('is the one that is checked in (else: npm run openapi)', () => {
    const checkedIn = JSON.parse(readFileSync(join(process.cwd(), 'openapi.json'), 'utf8')) as Json;
    expect(document).toEqual(checkedIn);
  });

  it('is there for people too, with nothing fetched from elsewhere', async () => {
    const { status, body, headers } = await app.http().get<string>('/docs');
    expect(status).toBe(200);
    const sources = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source).not.toMatch(/^(https?:)?\/\//);
      expect([source, (await app.http().get(new URL(source, `${app.url}/docs`).pathname)).status]).toEqual([
        source,
        200,
      ]);
    }
    // Helmet's policy would stop an inline script.
    expect(body).not.toMatch(/<script>[^<]/);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('covers customers, publishers and health, and says of each route what it does and what it answers', () => {
    for (const prefix of ['/v1/', '/internal/v1/', '/health/'])
      expect(routes.filter(({ path }) => path.startsWith(prefix)).length).toBeGreaterThan(1);
    for (const { method, path, operation } of routes) {
      const told = Object.entries(operation.responses as Json).filter(([status]) => Number(status) < 300);
      const answers = told.map(
        ([status, response]) =>
        status === '204' ? 'nothing' : Object.values((response.content ?? {}) as Json)[0]?.schema ? 'a schema' : 'untold', // prettier-ignore
      );
      expect([method, path, typeof operation.summary, operation.tags?.length, answers]).toEqual([
        method,
        path,
        'string',
        1,
        // A dry run has a success of its own.
        (answers.length > 0 ? answers : ['']).map(() => expect.stringMatching(/nothing|a schema/)),
      ]);
    }
    const ids = routes.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of each route who may call it, and how it can go wrong', () => {
    for (const { method, path, operation } of routes) {
      const route = `${method} ${path}`;
      const scheme = path.startsWith('/internal/') ? 'publisher' : 'apiKey';
      expect([route, operation.security]).toEqual([
        route,
        OPEN.includes(route) ? undefined : [{ [scheme]: [] }],
      ]);
      if (path.startsWith('/health')) continue;
      const wrong = Object.entries(operation.responses as Json).filter(([status]) => Number(status) >= 400);
      expect(wrong.map(([status]) => status)).toEqual(expect.arrayContaining(['401', '503']));
      for (const [status, { content }] of wrong) {
        const problem = content['application/problem+json'];
        const valid = validator(problem.schema);
        for (const { value } of Object.values(problem.examples as Record<string, { value: Json }>)) {
          expect([valid(value), valid.errors]).toEqual([true, null]);
          expect(String(value.status)).toBe(status);
        }
      }
    }
    expect(document.components.securitySchemes).toMatchObject({
      apiKey: { type: 'http', scheme: 'bearer' },
      publisher: { type: 'http', scheme: 'bearer' },
    });
  });

  it('has no example that its own schema refuses', () => {
    let count = 0;
    const walk = (node: unknown, where: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { example, properties, ...rest } = node as Json;
      // Those of problems are looked at above.
      delete rest.examples;
      if (example !== undefined) {
        const valid = validator((rest.schema ?? { properties, ...rest }) as Json);
        expect([where, valid(example), valid.errors]).toEqual([where, true, null]);
        count += 1;
      }
      for (const [name, child] of Object.entries({ ...rest, ...properties })) walk(child, `${where}/${name}`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas as Json)) walk(schema, name);
    for (const { path, operation } of routes) walk(operation, path);
    expect(count).toBeGreaterThan(60);
  });

  describe('run as it stands', () => {
    let key: string;
    let things: Record<string, string>;
    /** A webhook that has received none of the events. */
    let createdLater: string;

    beforeAll(async () => {
      const account = await createAccount(app);
      key = account.key;
      const webhook = await createWebhook(app, account.id, { url: receiver.url(), secret: 'a secret' });
      const failed = await recordDelivery(app.database, {
        accountId: account.id,
        webhookId: webhook.id,
        status: 'FAILED',
        at: new Date(Date.now() - 3_600_000),
      });
      const published = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(account.id));
      const delivery = await eventually(async () => {
        const { body } = await app.http(key).get('/v1/deliveries', { query: { eventId: published.body.id } });
        expect(body.data[0]?.status).toBe('DELIVERED');
        return body.data[0].id as string;
      });
      const replay = await app.http(key).post(`/v1/webhooks/${webhook.id}/replay`, {
        since: new Date(Date.now() - 60_000).toISOString(),
        which: 'failed',
      });
      await eventually(async () => {
        const { body } = await app.http(key).get(`/v1/replays/${replay.body.id}`);
        expect(body.status).toBe('DONE');
      });
      createdLater = (await createWebhook(app, account.id, { url: receiver.url('/later') })).id;
      const spare = await app.http(key).post('/v1/api-keys', { name: 'spare' });
      things = {
        webhooks: webhook.id,
        events: failed.eventId,
        deliveries: delivery,
        replays: replay.body.id,
        'api-keys': spare.body.id,
        accounts: account.id,
      };
    });

    /** What a request takes: every example of the document, save ids, which have to be those of this account. */
    function bodyOf({ path, operation }: Route): unknown {
      const schema = operation.requestBody?.content['application/json'].schema as Json | undefined;
      if (!schema) return undefined;
      const example = exampleOf(schema, document) as Json;
      if (path === '/v1/session') return { apiKey: key };
      if ('webhookIds' in example) return { ...example, webhookIds: [things.webhooks] };
      if ('webhookId' in example) return { ...example, webhookId: createdLater };
      if ('accountId' in example) return { ...example, accountId: things.accounts };
      if ('events' in example && path.startsWith('/internal/'))
        return {
          events: example.events.map((event: Json) => ({
            ...event,
            accountId: things.accounts,
            idempotencyKey: 'batch',
          })),
        };
      if ('secret' in example && path.endsWith('rotate-secret'))
        return { ...example, secret: 'another secret' };
      return example;
    }

    async function run(route: Route): Promise<Answer> {
      const path = route.path.replace(
        /([\w-]+)\/\{\w+\}/g,
        (_, before: string) => `${before}/${things[before]}`,
      );
      const token = route.operation.security?.[0]?.publisher ? PUBLISHER_TOKEN : key;
      const query = Object.fromEntries(
        ((route.operation.parameters ?? []) as Json[])
          .filter((one) => one.in === 'query' && one.example !== undefined)
          .map(({ name, example }) => [name, example]),
      );
      return app.http(token).send(route.method, path, bodyOf(route), { query });
    }

    it('works: each example is taken, and each answer is what its schema says', async () => {
      const order = ['GET', 'POST', 'PATCH', 'DELETE'];
      const sorted = [...routes].sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
      for (const route of sorted) {
        const { status, body, headers } = await run(route);
        const told = route.operation.responses[status] as Json | undefined;
        expect([route.method, route.path, status, told ? 'told' : body]).toEqual([
          route.method,
          route.path,
          expect.any(Number),
          'told',
        ]);
        // A session is opened by a page of our own only; every other example succeeds.
        if (!route.path.includes('session'))
          expect([route.path, status < 300 ? 'works' : body]).toEqual([route.path, 'works']);
        if (status === 204) continue;
        const [type, media] = Object.entries(told!.content as Json)[0] as [string, Json];
        expect(headers.get('content-type')).toContain(type);
        const valid = validator(media.schema as Json);
        expect([route.method, route.path, valid(body), valid.errors]).toEqual([
          route.method,
          route.path,
          true,
          null,
        ]);
      }
    });
  });
});

/** OpenAPI 3.0 says `nullable`, JSON Schema a type more; references lead into the whole document. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, properties, $ref, ...rest } = node as Json;
  delete rest.example;
  const schema: Json = Object.fromEntries(
    Object.entries(rest).map(([name, child]) => [name, toJsonSchema(child)]),
  );
  if ($ref) schema.$ref = `document${$ref}`;
  // A property may well be called `example`.
  if (properties)
    schema.properties = Object.fromEntries(
      Object.entries(properties as Json).map(([name, child]) => [name, toJsonSchema(child)]),
    );
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema;
}

/** The examples of a schema, put together. */
function exampleOf(schema: Json, document: Json): unknown {
  if (schema.$ref) return exampleOf(document.components.schemas[schema.$ref.split('/').at(-1)], document);
  if (schema.example !== undefined) return schema.example;
  if (schema.type === 'array') return [exampleOf(schema.items, document)];
  if (schema.type !== 'object') return schema.default ?? schema.enum?.[0];
  const entries = Object.entries((schema.properties ?? {}) as Json).map(([name, property]) => [
    name,
    exampleOf(property as Json, document),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
