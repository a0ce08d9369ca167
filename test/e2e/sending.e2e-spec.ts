import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { AccountsModule } from '@app/accounts';
import { Sql, toUuid } from '@app/platform';
import { WebhookService, WebhooksModule, type NewWebhook } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { DnsServer } from '../support/dns-server';
import {
  behaviours,
  type Behaviour,
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

jest.setTimeout(60_000);

let count = 0;

describe('an attempt', () => {
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

  /** Publishes one event to a webhook of an account of its own. */
  async function send(settings: Partial<NewWebhook> & { url: string }, changes = {}) {
    const { id } = await createAccount(app);
    const webhook = await createWebhook(app, id, settings);
    const { body } = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id, changes));
    return { accountId: id, webhook, eventId: body.id as string };
  }

  const attemptsOf = (eventId: string) =>
    app.get(Sql).rows<any>(
      'select attempts.* from attempts join deliveries on deliveries.id = delivery_id where event_id = $1 order by number',
      [toUuid(eventId)],
    ); // prettier-ignore

  const firstAttempt = (eventId: string, withinMs = 20_000) =>
    eventually(
      async () => {
        const [attempt] = await attemptsOf(eventId);
        expect(attempt).toBeDefined();
        return attempt;
      },
      { withinMs },
    );

  const deliveryOf = async (eventId: string) =>
    (await app.get(Sql).rows<any>('select * from deliveries where event_id = $1', [toUuid(eventId)]))[0];

  const path = () => `/hook-${++count}`;

  it.each<[string, Behaviour, string, Record<string, unknown>]>([
    ['204', behaviours.status(204), 'DELIVERED', { status_code: 204, error_code: null, error_text: null }],
    ['299', behaviours.status(299), 'DELIVERED', { status_code: 299 }],
    ['400', behaviours.status(400), 'HTTP_ERROR', { status_code: 400, error_code: 'HTTP_400' }],
    ['500', behaviours.status(500), 'HTTP_ERROR', { status_code: 500 }],
    ['304', behaviours.status(304), 'HTTP_ERROR', { status_code: 304 }],
    ['a close without an answer', behaviours.close, 'CONNECTION_FAILED', { status_code: null }],
    ['a reset', behaviours.reset, 'CONNECTION_FAILED', { error_code: 'ECONNRESET' }],
    ['what is not HTTP', behaviours.malformed, 'INVALID_RESPONSE', { status_code: null, error_code: 'NOT_HTTP' }],
    ['100 KB of headers', { kind: 'huge-headers' }, 'DELIVERED', { status_code: 200, error_code: null }],
    ['headers and then a close', behaviours.closeAfterHeaders, 'DELIVERED', { status_code: 200, response_truncated: true }],
    ['500 headers and then a close', { kind: 'close-after-headers', status: 500 }, 'HTTP_ERROR', { status_code: 500 }],
  ])('answered with %s is recorded', async (_, behaviour, outcome, more) => {
    const at = path();
    receiver.at(at, behaviour);
    const { eventId } = await send({ url: receiver.url(at) });
    expect(await firstAttempt(eventId)).toMatchObject({ outcome, ...more });
  }); // prettier-ignore

  it.each([301, 302, 303, 307, 308])('does not follow a redirect by %d', async (status) => {
    const at = path();
    const elsewhere = path();
    receiver.at(at, behaviours.redirect(receiver.url(elsewhere), status));
    const { eventId } = await send({ url: receiver.url(at) });
    expect(await firstAttempt(eventId)).toMatchObject({ outcome: 'HTTP_ERROR', status_code: status });
    expect(receiver.to(elsewhere)).toEqual([]);
  });

  it('times out at 10 s without a response, and reads a body that drips for 2 s only', async () => {
    const [silent, dripping] = [path(), path()];
    receiver.at(silent, behaviours.hang);
    receiver.at(dripping, { kind: 'drip', everyMs: 400 });
    const sent = await Promise.all([silent, dripping].map((at) => send({ url: receiver.url(at) })));
    const [timeout, cut] = await Promise.all(sent.map(({ eventId }) => firstAttempt(eventId)));
    expect(timeout).toMatchObject({ outcome: 'TIMEOUT', error_code: 'TIMEOUT', status_code: null });
    expect(timeout.duration_ms).toBeGreaterThanOrEqual(10_000);
    expect(timeout.duration_ms).toBeLessThan(10_500);
    expect(cut).toMatchObject({ outcome: 'DELIVERED', status_code: 200, response_truncated: true });
    expect(cut.response_body).toMatch(/^x{2,5}$/);
    // The response time is measured up to the headers.
    expect(cut.duration_ms).toBeLessThan(2_000);
  });

  it('releases the endpoint with the headers: bodies that never end hold up no other delivery', async () => {
    const at = path();
    receiver.at(at, { kind: 'drip', everyMs: 60_000 });
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: receiver.url(at), maxConcurrency: 1 });
    const start = performance.now();
    for (let i = 0; i < 10; i += 1)
      await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id));
    await receiver.waitFor(10, { path: at });
    // One after the other, 2 s each, would take 18 s.
    expect(performance.now() - start).toBeLessThan(9_000);
  });

  it('skips an interim response that nobody asked for, and sends once', async () => {
    const at = path();
    receiver.at(at, { kind: 'malformed', bytes: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' });
    const { eventId } = await send({ url: receiver.url(at) });
    expect(await firstAttempt(eventId)).toMatchObject({ outcome: 'DELIVERED', status_code: 200, response_body: 'ok' });
    expect(receiver.to(at)).toHaveLength(1);
  }); // prettier-ignore

  it('reads an endless answer to 16 KiB only, and keeps 4 KiB', async () => {
    const at = path();
    const endless = await Receiver.start();
    try {
      endless.at(at, behaviours.endless);
      const { eventId } = await send({ url: endless.url(at) });
      const attempt = await firstAttempt(eventId);
      expect(attempt).toMatchObject({ outcome: 'DELIVERED', response_truncated: true });
      expect(attempt.response_body).toBe('x'.repeat(4_096));
      expect(attempt.duration_ms).toBeLessThan(5_000);
      // What the sockets' buffers hold was poured out; nobody reads on.
      const poured = endless.bytesSent;
      await sleep(500);
      expect(endless.bytesSent).toBe(poured);
    } finally {
      await endless.stop();
    }
  });

  it('to where nothing listens is refused', async () => {
    const gone = await Receiver.start();
    const url = gone.url();
    await gone.stop();
    const { eventId } = await send({ url });
    expect(await firstAttempt(eventId)).toMatchObject({
      outcome: 'CONNECTION_FAILED',
      error_code: 'ECONNREFUSED',
    });
  });

  it('to a server with a certificate of its own making fails by TLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' }); // prettier-ignore
    const secure = await Receiver.start({ tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } });
    try {
      const { eventId } = await send({ url: secure.url() });
      expect(await firstAttempt(eventId)).toMatchObject({ outcome: 'TLS_FAILED', error_code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect(secure.requests).toEqual([]);
      const plain = await send({ url: receiver.url().replace('http:', 'https:') });
      expect(await firstAttempt(plain.eventId)).toMatchObject({ outcome: 'TLS_FAILED' });
    } finally {
      await secure.stop();
    }
  }); // prettier-ignore

  it('describes a response with bytes that are no text', async () => {
    const at = path();
    receiver.at(at, { kind: 'answer', body: Buffer.from([0x61, 0x00, 0xff, 0x62]) });
    const { eventId } = await send({ url: receiver.url(at) });
    expect((await firstAttempt(eventId)).response_body).toBe('[binary, 4 bytes]');
  });

  it.each([429, 503])(
    'answered %d with Retry-After is tried again no sooner, by EXTENDED',
    async (status) => {
      const at = path();
      receiver.at(at, behaviours.status(status, { 'retry-after': '3' }));
      const { eventId } = await send({ url: receiver.url(at), retryPolicy: 'EXTENDED' });
      const [first, second] = await receiver.waitFor(2, { path: at, withinMs: 15_000 });
      expect(second.arrivedAt - first.arrivedAt).toBeGreaterThanOrEqual(2_995);
      expect(second.arrivedAt - first.arrivedAt).toBeLessThan(4_500);
      expect((await deliveryOf(eventId)).status).toBe('PENDING');
    },
  );

  it('answered 500 with Retry-After is tried again as usual', async () => {
    const at = path();
    receiver.at(at, behaviours.status(500, { 'retry-after': '30' }));
    await send({ url: receiver.url(at), retryPolicy: 'EXTENDED' });
    await receiver.waitFor(2, { path: at, withinMs: 5_000 });
  });

  it('carries custom headers, which are masked in the record and replace none of ours', async () => {
    const at = path();
    const headers = { Authorization: 'Bearer customers-own-secret', 'X-Team': 'sales-floor' };
    const { eventId, webhook } = await send({ url: receiver.url(at), secret: 'own', headers });
    const [request] = await receiver.waitFor(1, { path: at });
    expect(request.headers).toMatchObject({ authorization: headers.Authorization, 'x-team': 'sales-floor' });
    const attempt = await firstAttempt(eventId);
    const recorded = JSON.parse(attempt.request_headers);
    expect(recorded).toMatchObject({ Authorization: '••••••', 'X-Team': '••••••', 'webhook-id': eventId });
    expect(JSON.stringify(attempt)).not.toMatch(/customers-own-secret|sales-floor/);
    await expect(
      app.get(WebhookService).create((await deliveryOf(eventId)) && webhook.accountId, {
        name: 'Forger', url: receiver.url(), events: ['CALL_FAILED'], headers: { 'x-webhook-signature': 'mine' },
      }, { actor: { kind: 'system', id: 'test' } }),
    ).rejects.toMatchObject({ code: 'validation_failed' });
  }); // prettier-ignore

  it('is signed both ways, with every live secret during a rotation', async () => {
    const at = path();
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    const { webhook, accountId: owner } = await send({ url: receiver.url(at), secret });
    const [before] = await receiver.waitFor(1, { path: at });
    const check = (request: { body: Buffer; headers: Record<string, string> }, by: string) =>
      new StandardWebhook(by).verify(request.body.toString(), request.headers);
    check(before, secret);
    expect(before.headers['x-webhook-signature']).toBe(createHmac('sha256', secret).update(before.body).digest('hex'));

    const next = `whsec_${Buffer.alloc(24, 6).toString('base64')}`;
    await app.get(WebhookService).rotateSecret(owner, webhook.id, { secret: next, overlapHours: 1 }, { actor: { kind: 'system', id: 'test' } } as any);
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(owner));
    const during = (await receiver.waitFor(2, { path: at }))[1];
    check(during, secret);
    check(during, next);
    expect(during.headers['webhook-signature'].split(' ')).toHaveLength(2);
    expect(during.headers['x-webhook-signature']).toBe(createHmac('sha256', next).update(during.body).digest('hex'));
    expect(during.headers['x-webhook-signature-previous']).toBe(createHmac('sha256', secret).update(during.body).digest('hex'));

    await app.get(Sql).execute(`update webhooks set sealed_secrets = jsonb_set(sealed_secrets, '{1,expiresAt}', to_jsonb($2::text)), updated_at = now() where id = $1`, [toUuid(webhook.id), new Date(Date.now() - 1_000).toISOString()]);
    await eventually(async () => {
      await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(owner));
      const after = (await receiver.waitFor(receiver.to(at).length, { path: at })).at(-1)!;
      expect(after.headers['webhook-signature'].split(' ')).toHaveLength(1);
      check(after, next);
      expect(() => check(after, secret)).toThrow();
      expect(after.headers).not.toHaveProperty('x-webhook-signature-previous');
    }, { everyMs: 300 });
  }); // prettier-ignore

  it('holds one flat object by ZAPIER', async () => {
    const at = path();
    const { eventId } = await send({ url: receiver.url(at), format: 'ZAPIER' });
    const [request] = await receiver.waitFor(1, { path: at });
    const body = JSON.parse(request.body.toString());
    expect(body).toMatchObject({ event_id: eventId, event_type: 'CALL_COMPLETED', test: false });
    expect(Object.values(body).filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
    expect(Object.keys(body).every((key) => /^[a-z0-9_]+$/.test(key))).toBe(true);
  });

  it('that trips us up fails, with a word that it was our fault, and the process goes on', async () => {
    const { id: accountId } = await createAccount(app);
    const webhook = await createWebhook(app, accountId, { url: receiver.url(path()) });
    const dueAt = new Date(Date.now() + 500);
    const waiting = { accountId, webhookId: webhook.id, status: 'PENDING', dueAt } as const;
    const { eventId } = await recordDelivery(app.database, waiting);
    await app.get(Sql).execute("update events set data = '{' where id = $1", [toUuid(eventId)]);
    await app
      .get(Sql)
      .execute("update deliveries set format = 'ZAPIER' where event_id = $1", [toUuid(eventId)]);
    const attempt = await firstAttempt(eventId);
    expect(attempt).toMatchObject({ number: 1, outcome: 'NOT_SENT', status_code: null });
    expect(attempt.error_text).toMatch(/internal error/);
    expect((await deliveryOf(eventId)).status).toBe('FAILED');
    const next = await send({ url: receiver.url(path()) });
    expect((await firstAttempt(next.eventId)).outcome).toBe('DELIVERED');
  });

  it('goes to the path and query of the URL', async () => {
    const at = path();
    await send({ url: `${receiver.url(at)}?token=a%20b&x=1#fragment` });
    const [request] = await receiver.waitFor(1, { path: at });
    expect(request).toMatchObject({ method: 'POST', path: `${at}?token=a%20b&x=1` });
    expect(request.headers['host']).toBe(`127.0.0.1:${receiver.port}`);
  });
});

describe('a host name', () => {
  let app: TestApp;
  let dns: DnsServer;
  let receiver: Receiver;

  beforeAll(async () => {
    dns = await DnsServer.start();
    receiver = await Receiver.start();
    app = await startApp({
      modules: [DispatcherModule, WebhooksModule, AccountsModule],
      env: { ALLOWED_PRIVATE_CIDRS: '', DNS_SERVERS: dns.address },
    });
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.stop();
    await dns?.stop();
  });

  const attemptsTo = async (webhookId: string) =>
    app
      .get(Sql)
      .rows<any>('select * from attempts where webhook_id = $1 order by number', [toUuid(webhookId)]);

  async function attemptAfterRebinding(name: string, ...addresses: string[]) {
    const { id } = await createAccount(app);
    dns.point(name, '93.184.215.14');
    const webhook = await createWebhook(app, id, { url: `http://${name}:${receiver.port}/rebound` });
    dns.point(name, ...addresses);
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id));
    return eventually(
      async () => {
        const [attempt] = await attemptsTo(webhook.id);
        expect(attempt).toBeDefined();
        return attempt;
      },
      { withinMs: 20_000 },
    );
  }

  it.each<[string, string[]]>([
    ['loopback', ['127.0.0.1']],
    ['a private address', ['10.1.2.3']],
    ['the metadata address', ['169.254.169.254']],
    ['this network', ['0.0.0.0']],
    ['several private addresses', ['10.1.2.3', '127.0.0.1', 'fd12:3456::1']],
    ['IPv6 loopback', ['::1']],
    ['an IPv4-mapped address', ['::ffff:127.0.0.1']],
    ['an IPv4-mapped private address', ['::ffff:10.0.0.1']],
    ['a unique local address', ['fd12:3456::1']],
    ['NAT64 of loopback', ['64:ff9b::7f00:1']],
    ['6to4 of loopback', ['2002:7f00:1::1']],
  ])('that leads to %s by the time of the attempt is connected to by nothing', async (_, addresses) => {
    const attempt = await attemptAfterRebinding(`rebind-${++count}.example.com`, ...addresses);
    expect(attempt).toMatchObject({
      outcome: 'BLOCKED_ADDRESS',
      error_code: 'BLOCKED_ADDRESS',
      status_code: null,
    });
    expect(receiver.requests).toEqual([]);
    expect(receiver.openConnections).toBe(0);
  });

  it('is asked for anew by each connection', async () => {
    const name = `again-${++count}.example.com`;
    await attemptAfterRebinding(name, '127.0.0.1');
    await eventually(() =>
      expect(dns.questions.filter((one) => one === `${name} A`).length).toBeGreaterThan(1),
    );
  });

  it('that has no address fails by DNS', async () => {
    expect(await attemptAfterRebinding(`gone-${++count}.example.com`)).toMatchObject({
      outcome: 'DNS_FAILED', error_code: 'ENOTFOUND',
    });
  }); // prettier-ignore

  it('whose name server keeps silent fails within the 10 s', async () => {
    dns.fallSilent();
    const attempt = await attemptAfterRebinding(`silent-${++count}.example.com`, '93.184.215.14');
    dns.fallSilent(false);
    expect(['DNS_FAILED', 'TIMEOUT']).toContain(attempt.outcome);
    expect(attempt.duration_ms).toBeLessThan(10_500);
  });

  it('that is a literal private address, put into the row behind the rules, is blocked too', async () => {
    const { id } = await createAccount(app);
    const webhook = await createWebhook(app, id, { url: 'http://later.example.com/' });
    await app.get(Sql).execute(`update webhooks set url = $2, updated_at = now() where id = $1`, [toUuid(webhook.id), receiver.url()]);
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id));
    await eventually(async () => expect((await attemptsTo(webhook.id))[0]).toMatchObject({ outcome: 'BLOCKED_ADDRESS' }));
    expect(receiver.requests).toEqual([]);
  }); // prettier-ignore
});
