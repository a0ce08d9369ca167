import fc from 'fast-check';
import type { ActionRules } from '../../apps/backoffice/src/adminjs/admin-routes';
import { ACTION_RULES } from '../../apps/backoffice/src/adminjs/backoffice.loader';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { ROLES } from '../../apps/backoffice/src/staff/permissions';
import {
  createAccount,
  createWebhook,
  ensureBuilt,
  recordDelivery,
  startApp,
  type TestApp,
} from '../support';
import { createStaff, StaffClient, type StaffAnswer } from '../support/backoffice';

/** Text that has broken programs before. */
const nasty = fc.oneof(
  fc.constantFrom('', '\0', 'a\0b', '\ud800', '__proto__', 'constructor', 'toString', 'hasOwnProperty', "' or 1=1 --", '%00', '%', '../..', '𝒳'.repeat(300), '‮', '<img src=x onerror=alert(1)>'),
  fc.constantFrom('null', 'true', '-1', '0', '1e999', 'NaN', '9'.repeat(30), '2026-02-30', '2026-13-45T99:99:99Z', '-271821-04-19T23:59:59Z', '275760-09-13T00:00:00Z', '0000-01-01'),
  fc.constantFrom('dlv_', 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', 'dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22.1', '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', 'x.y.z', '+442071838750', 'https://x.example/%zz'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
); // prettier-ignore
const FIELDS = ['id', 'name', 'url', 'accountId', 'webhookId', 'deliveryId', 'eventId', 'status', 'createdAt', 'startedAt', 'events', 'test', 'role', 'email', 'statusCode', 'lastStatusCode', 'callId', 'sealedSecret', '__proto__', 'constructor']; // prettier-ignore
const queryName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FIELDS.flatMap((field) => [`filters.${field}`, `filters.${field}~~from`, `filters.${field}~~to`])) },
  { weight: 3, arbitrary: fc.constantFrom('page', 'perPage', 'sortBy', 'direction', 'recordIds', 'searchProperty', 'range', 'q', 'filters', '__proto__', 'constructor.prototype.x', 'filters.a.b.c', 'filters[name]', 'filters.name[]') },
  { weight: 1, arbitrary: nasty },
); // prettier-ignore
const body = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(fc.constantFrom('reason', 'role', 'email', 'name', 'since', 'until', 'which', 'eventType', 'overlapHours', 'maxConcurrency', '__proto__', 'constructor', 'record'), fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 5 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
); // prettier-ignore
const cookie = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom('skipcalls_backoffice=%E0%A4%A', 'skipcalls_backoffice=s%3Ax.y', 'skipcalls_backoffice', '=;=', 'skipcalls_backoffice_device=a.b.c.d', '__proto__=x') },
); // prettier-ignore

const WHO = ['nobody', ...ROLES] as const;
type Who = (typeof WHO)[number];
const SIGN_IN_POSTS = ['/login', '/login/code', '/password', '/security/two-factor/start', '/security/two-factor/enable', '/security/two-factor/disable', '/security/two-factor/recovery-codes', '/security/sessions/end', '/security/sessions/end-others']; // prettier-ignore

describe('no input makes a 5xx of the backoffice', () => {
  let app: TestApp;
  let as: Record<Who, StaffClient>;
  let routes: { path: string; post: boolean }[];
  let known: Record<string, string>;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [BackofficeModule] });
    const { id: accountId } = await createAccount(app);
    const webhook = await createWebhook(app, accountId, { url: 'https://acme.example/in' });
    const past = await recordDelivery(app.database, { accountId, webhookId: webhook.id, status: 'FAILED' });
    as = { nobody: new StaffClient(app), VIEWER: null!, SUPPORT: null!, ADMIN: null! };
    const staff = await createStaff(app, 'VIEWER');
    for (const role of ROLES) as[role] = await StaffClient.signedIn(app, await createStaff(app, role));
    known = {
      accounts: accountId, webhooks: webhook.id, deliveries: past.deliveryId, attempts: `${past.deliveryId}.1`,
      events: past.eventId, staff: staff.id, audit: 'aud_x', 'api-keys': 'key_x',
    }; // prettier-ignore
    const rules = [...app.get<ActionRules>(ACTION_RULES).keys()];
    routes = rules.flatMap((rule) => {
      const [resource, action] = rule.split('/');
      const parts = ['actions/ACTION', 'actions/ACTION/ID', 'records/ID/ACTION', 'bulk/ACTION', 'search/ID'];
      return parts.flatMap((part) => {
        const path = `/resources/${resource}/${part.replace('ACTION', action)}`.replace('ID', `{${resource}}`);
        return [{ path: `/api${path}`, post: false }, { path: `/api${path}`, post: true }, { path, post: false }];
      });
    }); // prettier-ignore
    for (const path of ['', '/api/dashboard', '/pages/find', '/api/pages/find', '/pages/{page}', '/api/pages/{page}', '/resources/{x}', '/login', '/login/code', '/logout', '/security', '/security/sessions', '/security/two-factor', '/password', '/assets/{x}', '/frontend/assets/{x}'])
      for (let i = 0; i < 4; i++) routes.push({ path, post: false }); // prettier-ignore
  }, 120_000);
  afterAll(() => app?.close());

  const check = (request: string, { status, text, headers }: StaffAnswer): void => {
    if (status >= 500) throw new Error(`${request}: ${status} ${text.slice(0, 300)}`);
    if (String(headers.get('content-type')).includes('html')) expect(text).not.toContain('<img src=x');
  };
  const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));

  it('by what was found before', async () => {
    for (const who of WHO) {
      for (const path of [
        '/api/dashboard?range=constructor', '/api/dashboard?range=__proto__', '/api/pages/constructor', '/api/pages/__proto__',
        '/api/resources/deliveries/actions/show', '/api/resources/deliveries/actions/retry', '/api/resources/deliveries/bulk/retry',
        '/api/resources/deliveries/bulk/retrySelected', '/resources/deliveries/bulk/retrySelected',
        '/api/resources/deliveries/bulk/retrySelected?recordIds=a&recordIds=b',
        '/api/resources/webhooks/actions/list?filters.name=%00', '/api/resources/webhooks/actions/list?filters.createdAt=x',
        '/api/resources/webhooks/actions/list?filters.name~~from=2026-01-01', '/api/resources/audit/actions/list?filters.accountId=x',
        '/api/resources/webhooks/actions/list?filters.name=x&filters.name~~from=y', '/api/pages/find?q=%00', '/api/pages/find?q=a&q=b',
        '/api/resources/deliveries/actions/list?filters.createdAt~~from=-271821-04-19T23:59:59Z', '/api/resources/constructor/actions/list',
        '/api/resources/webhooks/actions/search/%00', '/api/resources/webhooks/actions/search/a?searchProperty=constructor',
        '/resources/deliveries/records/%E0%A4%A/show', '/login?to[]=x', '/%E0%A4%A', '/resources/%3Cimg%20src=x%20onerror=alert(1)%3E',
      ]) check(`${who} GET ${path}`, await as[who].get(`/admin${path}`));
    }
  }, 60_000); // prettier-ignore

  it.each(WHO)(
    'on any route, asked by %s',
    async (who) => {
      const statuses = new Map<number, number>();
      const request = fc.record({
        route: fc.constantFrom(...routes),
        id: fc.option(nasty, { freq: 2 }),
        query: fc.array(fc.tuple(queryName, nasty), { maxLength: 3 }),
        body,
        cookie: who === 'nobody' ? cookie : fc.constant(null),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ route, id, query, body, cookie }) => {
          const path = route.path.replace(/\{([\w-]+)\}/g, (_all, name: string) => encoded(id ?? known[name] ?? 'x') || 'x'); // prettier-ignore
          const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
          const headers = {
            origin: app.url,
            'content-type': 'application/json',
            ...(cookie ? { cookie } : {}),
          };
          const answer = await as[who].send(`/admin${path}?${search}`, {
            method: route.post ? 'POST' : 'GET',
            headers: route.post ? headers : cookie ? { cookie } : {},
            // Reasons are left out, so that nothing is done but on purpose.
            body: route.post ? JSON.stringify({ ...(body as object), reason: '' }) : undefined,
          });
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          check(`${who} ${route.post ? 'POST' : 'GET'} ${path}?${search}`, answer);
        }),
        { numRuns: 400, includeErrorInReport: true },
      );
      // Some of it came through to AdminJS, unless there is nobody to whom it would be shown.
      if (who !== 'nobody') expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 404]));
      else expect([...statuses.keys()].every((status) => [200, 302, 400, 404].includes(status))).toBe(true);
    },
    240_000,
  );

  it('by whatever is posted to the forms of signing in', async () => {
    const field = fc.constantFrom('email', 'password', 'code', 'to', 'id', 'current', 'chosen', 'again', '__proto__', 'email[]'); // prettier-ignore
    const forms = fc.record({
      path: fc.constantFrom(...SIGN_IN_POSTS),
      fields: fc.array(fc.tuple(field, nasty), { maxLength: 4 }),
      type: fc.constantFrom('application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=latin9', 'multipart/form-data; boundary=x', 'application/json', 'text/plain'),
    }); // prettier-ignore
    const admin = await createStaff(app, 'ADMIN');
    const client = await StaffClient.signedIn(app, admin);
    await fc.assert(
      fc.asyncProperty(forms, fc.boolean(), async ({ path, fields, type }, signedIn) => {
        const text = fields.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
        const answer = await (signedIn ? client : as.nobody).send(`/admin${path}`, {
          method: 'POST',
          headers: { origin: app.url, 'content-type': type },
          body: text,
        });
        check(`POST ${path} ${text}`, answer);
      }),
      { numRuns: 200, includeErrorInReport: true },
    );
  }, 120_000);

  it('by bodies that are no JSON, too large, or of another type', async () => {
    const path = `/admin/api/resources/webhooks/records/${known['webhooks']}/pause`;
    for (const [type, text, status] of [
      ['application/json', '{', 400],
      ['application/json', '1', 400],
      ['application/json', '[]', 400],
      ['application/json', '{"__proto__":{"reason":"x"}}', 400],
      ['application/json', JSON.stringify({ reason: 'x'.repeat(100_000) }), 413],
      ['application/json; charset=latin9', '{}', 415],
      ['multipart/form-data; boundary=x', '--x--', 415],
      ['text/plain', 'x', 415],
    ] as const) {
      const headers = { origin: app.url, 'content-type': type };
      const answer = await as.ADMIN.send(path, { method: 'POST', headers, body: text });
      expect([type, text.slice(0, 40), answer.status]).toEqual([type, text.slice(0, 40), status]);
    }
  });

  it('and no page holds markup of a request', async () => {
    const markup = encodeURIComponent('<img src=x onerror=alert(1)>');
    for (const path of [`/${markup}`, `/pages/${markup}`, `/resources/${markup}`, `/login?to=${markup}`, `/resources/deliveries/records/${markup}/show`, `/pages/find?q=${markup}`])
      check(`GET ${path}`, await as.ADMIN.get(`/admin${path}`));
  }); // prettier-ignore
});
