import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  createAccount,
  describeInBrowser,
  ensureBuilt,
  openBrowser,
  startApp,
  type TestApp,
} from '../support';
import { dashboardLink, Visit } from '../support/dashboard';

jest.setTimeout(60_000);

describe('serving the dashboard', () => {
  let app: TestApp;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [DispatcherModule, ApiModule] });
  }, 180_000);
  afterAll(() => app?.close());

  const page = async (path = '/dashboard') => app.http().get<string>(path);

  it('answers every page of it with the same document, never kept, with a nonce of its own each time', async () => {
    const [first, second] = [await page('/dashboard'), await page('/dashboard/webhooks/x/settings')];
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const nonces = [first, second].map(
      ({ headers }) => /'nonce-([^']+)'/.exec(headers.get('content-security-policy')!)![1],
    );
    expect(new Set(nonces).size).toBe(2);
    expect(second.body).toContain(`content="${nonces[1]}"`);
    expect(second.body.replaceAll(nonces[1], '')).toBe(first.body.replaceAll(nonces[0], ''));
  });

  it('lets nobody frame it, where no origin is allowed', async () => {
    const { headers } = await page();
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors 'none'`);
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  it('compresses what is built and has it kept for a year; what is not there is a 404, not the document', async () => {
    const script = /src="([^"]+\.js)"/.exec((await page()).body)![1];
    const answer = await fetch(app.url + script, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect((await page('/dashboard/assets/index-gone.js')).status).toBe(404);
  });

  it.each([
    '/dashboard/../package.json',
    '/dashboard/%2e%2e/%2e%2e/package.json',
    '/dashboard/..%2f..%2fpackage.json',
  ])('does not read files outside of it: %s', async (path) =>
    expect(JSON.stringify((await page(path)).body)).not.toContain('dependencies'),
  );
});

describeInBrowser('coming in to the dashboard', () => {
  let app: TestApp;
  let browser: Browser;
  let product: Server;
  let productUrl: string;
  let framed = '';

  beforeAll(async () => {
    ensureBuilt();
    product = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(framed),
    );
    await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve));
    productUrl = `http://127.0.0.1:${(product.address() as AddressInfo).port}`;
    app = await startApp({ modules: [DispatcherModule, ApiModule], env: { ALLOWED_ORIGINS: productUrl } });
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await new Promise((resolve) => product?.close(resolve));
  });

  it('by a link works once', async () => {
    const { id } = await createAccount(app, 'Acme Solar');
    const url = await dashboardLink(app, id);
    const visit = await Visit.begin(app, browser);
    await visit.page.goto(url);
    expect(await visit.violations()).toEqual([]);
    await visit.useLink(url);
    await visit.sees('Acme Solar');
    expect(await visit.page.evaluate('document.cookie')).toBe('');
    const other = await Visit.begin(app, browser);
    await other.page.goto(url);
    await other.sees('This link cannot be used any more');
    expect(await other.violations()).toEqual([]);
    await visit.end();
    await other.end();
  });

  it('by a pasted API key works, and a wrong one is refused beside the field', async () => {
    const { key } = await createAccount(app, 'By key');
    const visit = await Visit.begin(app, browser);
    await visit.go('/');
    await visit.page.getByLabel('API key').fill('skc_live_wrong');
    await visit.button('Sign in');
    await visit.sees(/is not valid: unknown, expired or revoked/);
    expect(await visit.violations()).toEqual([]);
    await visit.page.getByLabel('API key').fill(key);
    await visit.button('Sign in');
    await visit.sees('By key');

    await visit.go('/settings/preferences');
    await visit.button('Sign out');
    await visit.sees('Sign in to SkipCalls');
    await visit.end();
  });

  it('leads back to signing in when the session is over', async () => {
    const { id } = await createAccount(app, 'Short');
    const visit = await (await Visit.begin(app, browser)).signIn(app, id);
    await visit.page.context().clearCookies();
    await visit.page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Deliveries' })
      .click();
    await visit.sees('Sign in to SkipCalls');
    await visit.end();
  });

  it('in an iframe works on an allowed origin, and on no other', async () => {
    const { id } = await createAccount(app, 'Framed');
    const visit = await Visit.begin(app, browser);
    framed = `<iframe src="${await dashboardLink(app, id)}" width="1200" height="800"></iframe>`;
    await visit.page.goto(productUrl);
    await visit.page.frameLocator('iframe').getByRole('button', { name: 'Continue' }).click();
    await visit.page.frameLocator('iframe').getByText('Framed').first().waitFor();

    framed = `<iframe src="${app.url}/dashboard/" width="1200" height="800"></iframe>`;
    // The same server by another name is another origin.
    await visit.page.goto(productUrl.replace('127.0.0.1', 'localhost'));
    await visit.page.waitForTimeout(1_000);
    expect(await visit.page.frameLocator('iframe').getByText('Framed').count()).toBe(0);
    expect(visit.errors.join()).toMatch(/frame-ancestors/);
    await visit.end();
  });
});
