import type { Browser, BrowserContextOptions } from 'playwright-core';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { Sql, toUuid } from '@app/platform';
import {
  behaviours,
  createAccount,
  createWebhook,
  describeInBrowser,
  ensureBuilt,
  eventInput,
  openBrowser,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { Visit } from '../support/dashboard';

jest.setTimeout(90_000);

const LOOKS: [string, BrowserContextOptions, 'all' | 'colours' | 'all but colours'][] = [
  ['a wide window', {}, 'all'],
  ['a dark one', { colorScheme: 'dark' }, 'colours'],
  ['a phone', { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true }, 'all but colours'],
];

describeInBrowser("the dashboard's pages", () => {
  let app: TestApp;
  let receiver: Receiver;
  let browser: Browser;
  let busy: { accountId: string; key: string; pages: [name: string, path: string, text: string | RegExp][] };

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [DispatcherModule, ApiModule] });
    receiver = await Receiver.start();
    browser = await openBrowser();
    busy = await busyAccount();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await receiver?.stop();
    await app?.close();
  });

  /** An account in which each page has something to show, and each kind of trouble. */
  async function busyAccount(): Promise<typeof busy> {
    const { id: accountId, key } = await createAccount(app, 'A busy account');
    const webhooks = await Promise.all(
      ['good', 'bad', 'paused', 'disabled', 'circuit'].map((name) =>
        createWebhook(app, accountId, {
          url: receiver.url(`/${name}`),
          name: `The ${name} one`,
          secret: 'a secret',
        }),
      ),
    );
    const [good, bad, paused, disabled, circuit] = webhooks.map(({ id }) => id);
    const change = (id: string, set: string) =>
      app.get(Sql).execute(`update webhooks set ${set}, updated_at = now() where id = $1`, [toUuid(id)]);
    await change(paused, `status = 'PAUSED'`);
    await change(disabled, `status = 'DISABLED', disabled_reason = 'Every attempt of 5 days has failed.'`);
    await change(circuit, `status = 'PAUSED'`);
    receiver.at('/bad', behaviours.status(500));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { body } = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    await receiver.waitFor(4, { path: '/bad', withinMs: 20_000 });
    await change(circuit, `status = 'ACTIVE', circuit_state = 'OPEN', circuit_changed_at = now()`);
    const { body: list } = await app.http(key).get('/v1/deliveries', { query: { eventId: body.id } });
    const delivery = (webhookId: string): string =>
      list.data.find((each: { webhookId: string }) => each.webhookId === webhookId).id;
    return {
      accountId,
      key,
      pages: [
        ['settings', '/settings', 'Preferences'],
        ['API keys', '/settings/api-keys', /skc_live_…/],
        ['webhooks', '/settings/webhooks', 'The good one'],
        ['a new webhook', '/settings/webhooks/new', /"crmId"/],
        ['preferences', '/settings/preferences', 'This browser'],
        ['a webhook', `/webhooks/${good}`, 'Attempts by outcome'],
        ["a webhook's deliveries", `/webhooks/${bad}/deliveries`, 'Failed'],
        ["a webhook's settings", `/webhooks/${good}/settings`, 'Requests are signed with'],
        ['a paused webhook', `/webhooks/${paused}`, 'This webhook is paused'],
        ['a disabled webhook', `/webhooks/${disabled}`, 'Every attempt of 5 days has failed.'],
        ['a webhook with an open circuit', `/webhooks/${circuit}`, 'Your server is not responding'],
        ['deliveries', '/deliveries', 'CALL_COMPLETED'],
        ['a delivery that arrived', `/deliveries/${delivery(good)}`, 'Request headers'],
        ['a delivery that failed', `/deliveries/${delivery(bad)}`, 'Your server had an error'],
        ['verifying', '/verify', 'Signature checker'],
        ['an address that leads nowhere', '/nowhere', 'There is nothing at this address'],
        [
          "another account's webhook",
          '/webhooks/whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22',
          'This does not exist',
        ],
      ],
    };
  }

  describe.each(LOOKS)('in %s', (_look, options, rules) => {
    let visit: Visit;
    beforeAll(async () => {
      visit = await (await Visit.begin(app, browser, options)).signIn(app, busy.accountId);
    });
    afterAll(() => visit?.end());

    it('are accessible, stay within the window, and break no rule of the content security policy', async () => {
      const wrong: Record<string, unknown> = {};
      for (const [name, path, text] of busy.pages) {
        await visit.go(path);
        await visit.sees(text);
        const found = { violations: await visit.violations(rules), overflow: await visit.overflow() };
        if (found.violations.length > 0 || found.overflow > 0) wrong[name] = found;
      }
      expect(wrong).toEqual({});
      expect(visit.errors).toEqual([]);
    }, 400_000);
  });

  it('have a menu on a phone, that closes when one has chosen', async () => {
    const visit = await (await Visit.begin(app, browser, LOOKS[2][1])).signIn(app, busy.accountId);
    await visit.button('Open the menu');
    expect(await visit.violations()).toEqual([]);
    await visit.page.getByRole('dialog').getByRole('link', { name: 'Deliveries' }).click();
    await visit.page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    expect(await visit.page.getByRole('dialog').count()).toBe(0);
    await visit.end();
  });

  it('say that something could not be loaded, and load it when one tries again', async () => {
    const visit = await (await Visit.begin(app, browser)).signIn(app, busy.accountId);
    await visit.page.route('**/v1/webhooks?*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: '{"detail":"PostgreSQL is away."}',
        headers: { 'x-request-id': 'request-of-the-test' },
      }),
    );
    await visit.go('/settings/webhooks');
    await visit.sees('This could not be loaded');
    await visit.sees('PostgreSQL is away.');
    await visit.sees('request-of-the-test');
    expect(await visit.violations()).toEqual([]);
    await visit.page.unroute('**/v1/webhooks?*');
    await visit.button('Try again');
    await visit.sees('The good one');
    await visit.end();
  });

  it('show all times in the zone that one has chosen, and name it', async () => {
    const visit = await (await Visit.begin(app, browser)).signIn(app, busy.accountId);
    await visit.go('/settings/preferences');
    await visit.sees(/Times are shown in Europe\/Berlin/);
    await visit.page.getByLabel('Time zone').selectOption('America/St_Johns');
    await visit.sees(/Times are shown in America\/St Johns \(UTC−3:30\)/);
    await visit.go('/deliveries');
    await visit.page.getByRole('columnheader', { name: 'Time (UTC−3:30)' }).waitFor();
    await visit.end();
  });

  it('load less than 250 KB, compressed, for a start', async () => {
    const visit = await Visit.begin(app, browser);
    const session = await visit.page.context().newCDPSession(visit.page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await visit.signIn(app, busy.accountId);
    await visit.sees('The good one');
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(250_000);
    await visit.end();
  });
});
