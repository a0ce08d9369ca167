import { createHmac } from 'node:crypto';
import type { Browser, Locator } from 'playwright-core';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { WebhookService } from '@app/webhooks';
import {
  behaviours,
  createAccount,
  createWebhook,
  describeInBrowser,
  ensureBuilt,
  eventInput,
  eventually,
  openBrowser,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  TEST_ACTOR,
  type TestApp,
} from '../support';
import { Visit } from '../support/dashboard';

jest.setTimeout(60_000);

/** What a customer does in the dashboard after the first webhook, against the real service and a real receiver. */
describeInBrowser('working in the dashboard', () => {
  let app: TestApp;
  let receiver: Receiver;
  let browser: Browser;
  let visit: Visit;
  let accountId: string;

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [DispatcherModule, ApiModule] });
    receiver = await Receiver.start();
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await receiver?.stop();
    await app?.close();
  });
  beforeEach(async () => {
    accountId = (await createAccount(app, 'Acme Solar')).id;
    visit = await (await Visit.begin(app, browser)).signIn(app, accountId);
  });
  afterEach(async () => {
    expect(visit.errors).toEqual([]);
    await visit.end();
  });

  const publish = () => app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
  const inDialog = (name: string): Locator =>
    visit.page.getByRole('dialog').getByRole('button', { name, exact: true });

  it('lists the sessions of the account, and ends another one', async () => {
    const other = await (await Visit.begin(app, browser)).signIn(app, accountId);
    await visit.go('/settings/preferences');
    await visit.sees('This browser');
    await visit.button('End session: A login link');
    await visit.page.getByRole('alertdialog').getByRole('button', { name: 'End session' }).click();
    await visit.sees('The session has ended.');
    await other.page.reload();
    await other.sees('Sign in to SkipCalls');
    await other.end();
  });

  it('makes an API key that works, shows it once, and revokes it', async () => {
    await visit.go('/settings/api-keys');
    await visit.button('Create API key');
    await visit.page.getByLabel('Name').fill('CRM server');
    await visit.page.getByLabel('Expires').selectOption('In 30 days');
    await visit.page.getByLabel('Read only').check();
    await inDialog('Create key').click();
    const key = await visit.page.getByLabel('API key', { exact: true }).inputValue();
    expect((await app.http(key).get('/v1/webhooks')).status).toBe(200);
    expect((await app.http(key).post('/v1/webhooks', {})).status).toBe(403);
    await inDialog('Done').click();
    await visit.page
      .getByRole('row', { name: /CRM server/ })
      .getByText('Read only')
      .waitFor();
    expect(await visit.page.content()).not.toContain(key);

    await visit.button('Revoke CRM server');
    await visit.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
    await visit.page
      .getByRole('row', { name: /CRM server/ })
      .getByText('Revoked')
      .waitFor();
    expect((await app.http(key).get('/v1/webhooks')).status).toBe(401);
  });

  it('tells what is wrong beside the field, and puts the focus there', async () => {
    await visit.go('/settings/webhooks/new');
    await visit.button('Save');
    const name = visit.page.getByLabel('Name');
    await visit.sees('Enter a name');
    await visit.sees('Select at least one event');
    expect(await visit.page.locator(':focus').getAttribute('id')).toBe(await name.getAttribute('id'));
    await name.fill('Mine');
    await visit.page.getByLabel('URL').fill('http://10.0.0.1/hook');
    await visit.page.getByRole('checkbox', { name: 'CALL_FAILED', exact: true }).check();
    await visit.button('Save');
    const url = visit.page.getByLabel('URL');
    await eventually(async () => expect(await url.getAttribute('aria-invalid')).toBe('true'));
    const described = (await url.getAttribute('aria-describedby'))!.split(' ').at(-1)!;
    expect(await visit.page.locator(`[id="${described}"]`).innerText()).toMatch(/^The URL /);
  });

  it.each([
    ['Slack', 'https://hooks.slack.com/services/T024BE7LD/B01/token-WXYZ', 'https://hooks.slack.com/…/WXYZ'],
    ['Discord', 'https://discord.com/api/webhooks/1234/token-QRST', 'https://discord.com/…/QRST'],
    ['Microsoft Teams', 'https://acme.webhook.office.com/webhookb2/token-LMNO', 'https://acme.webhook.office.com/…/LMNO'],
  ])('recognizes a pasted %s URL, shows the message, and removes what does not apply', async (name, url, shown) => {
    await visit.go('/settings/webhooks/new');
    await visit.page.getByLabel('Name').fill('Alerts');
    expect(await visit.page.getByLabel('Secret', { exact: false }).first().isVisible()).toBe(true);
    await visit.page.getByLabel('URL').fill(url);
    await visit.sees(`This is a ${name} webhook`);
    await visit.sees(`Preview in ${name}`);
    await visit.sees('Ada wants a quote for solar panels and a battery.');
    expect(await visit.page.getByText('Format', { exact: true }).count()).toBe(0);
    expect(await visit.page.getByRole('button', { name: 'Generate' }).count()).toBe(0);
    await visit.page.getByRole('checkbox', { name: 'CALL_COMPLETED', exact: true }).check();
    await visit.button('Save');
    await visit.sees(shown);
    expect(await visit.page.content()).not.toContain('token-');
  }); // prettier-ignore

  it('rotates a secret with an overlap: both sign for a while', async () => {
    const webhook = await createWebhook(app, accountId, {
      url: receiver.url('/rotate'),
      secret: 'the old one',
    });
    await visit.go(`/webhooks/${webhook.id}/settings`);
    await visit.button('Rotate secret');
    await visit.sees('X-Webhook-Signature-Previous');
    await inDialog('Rotate secret').click();
    const secret = await visit.page.getByRole('textbox', { name: 'New secret' }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await inDialog('Done').click();
    await visit.sees('A rotation is under way');
    expect(await visit.page.content()).not.toContain(secret);

    await publish();
    const [request] = await receiver.waitFor(1, { path: '/rotate' });
    expect(request.headers['x-webhook-signature']).toBe(
      createHmac('sha256', secret).update(request.body).digest('hex'),
    );
    expect(request.headers['webhook-signature'].split(' ')).toHaveLength(2);
  });

  it('does not overwrite unseen what somebody else has saved', async () => {
    const webhook = await createWebhook(app, accountId, { url: receiver.url('/both'), name: 'Before' });
    await visit.go(`/webhooks/${webhook.id}/settings`);
    const name = visit.page.getByLabel('Name', { exact: true });
    await name.fill('Mine');
    await app.get(WebhookService).update(accountId, webhook.id, { name: 'Theirs' }, { actor: TEST_ACTOR });
    await visit.button('Save');
    await visit.sees('Somebody else has changed this webhook in the meantime');
    expect((await app.get(WebhookService).get(accountId, webhook.id)).name).toBe('Theirs');
    await visit.sees('Theirs', 15_000);
    await visit.button('Load their version');
    expect(await name.inputValue()).toBe('Theirs');
  });

  it('pauses, activates and recovers what was missed meanwhile', async () => {
    const webhook = await createWebhook(app, accountId, { url: receiver.url('/recover'), name: 'Warehouse' });
    await visit.go(`/webhooks/${webhook.id}`);
    await visit.button('Pause');
    await visit.sees('This webhook is paused');
    await eventually(async () =>
      expect((await app.get(WebhookService).get(accountId, webhook.id)).status).toBe('PAUSED'),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let i = 0; i < 3; i++) await publish();
    await visit.button('Recover missed events');
    await visit.page.getByRole('radio', { name: 'Missed events' }).check();
    await inDialog('Activate and recover').click();
    await receiver.waitFor(3, { path: '/recover' });
    await visit.sees('3 of 3 handed over for sending.');
    expect(await visit.violations()).toEqual([]);
    await inDialog('Done').click();
    await visit.page.getByRole('heading', { level: 1, name: /Warehouse\s*Active/ }).waitFor();
    expect(receiver.to('/recover')).toHaveLength(3);
  });

  it('shows deliveries as they come, filters them, and sends one again', async () => {
    const webhook = await createWebhook(app, accountId, { url: receiver.url('/live') });
    receiver.at('/live', behaviours.status(404));
    await visit.go(`/webhooks/${webhook.id}/deliveries`);
    await visit.sees('No deliveries yet');
    await publish();
    // By itself, without a reload.
    const row = visit.page.getByRole('row', { name: /CALL_COMPLETED/ });
    await row.getByText('Failed', { exact: true }).waitFor({ timeout: 20_000 });
    await visit.page.getByLabel('Status').selectOption('Delivered');
    await visit.sees('Nothing matches these filters');
    await visit.button('Clear filters');
    await row.getByRole('link').click();
    await visit.sees('There is nothing at this URL');

    receiver.at('/live', behaviours.ok);
    await visit.button('Resend');
    await visit.page.getByRole('button', { name: /^5\. Delivered/ }).waitFor();
    await visit.page.getByRole('heading', { level: 1, name: /Delivered/ }).waitFor();
    const { headers } = receiver.to('/live')[4];
    expect(headers['webhook-id']).toBe(receiver.to('/live')[0].headers['webhook-id']);
  });

  it('searches a body, and copies the request as curl', async () => {
    await createWebhook(app, accountId, { url: receiver.url('/curl') });
    await publish();
    await receiver.waitFor(1, { path: '/curl' });
    await visit.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit.go('/deliveries');
    await visit.page.getByRole('link', { name: 'CALL_COMPLETED' }).click();
    await visit.page.getByRole('searchbox', { name: 'Search in request body' }).fill('transcript');
    await visit.sees(/^1 of \d+$/);
    await visit.button('Copy as curl');
    await visit.sees('Copied');
    const copied = await visit.page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain(`curl -X POST '${receiver.url('/curl')}'`);
    expect(copied).toContain(`-H 'Content-Type: application/json'`);
  });

  it('deletes a webhook only when its name is typed', async () => {
    const webhook = await createWebhook(app, accountId, { url: receiver.url('/gone'), name: 'Old CRM' });
    await visit.go(`/webhooks/${webhook.id}/settings`);
    await visit.button('Delete webhook');
    const dialog = visit.page.getByRole('alertdialog');
    const confirm = dialog.getByRole('button', { name: 'Delete webhook' });
    await dialog.getByLabel(/Type/).fill('Old');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/Type/).fill('Old CRM');
    await confirm.click();
    await visit.sees('Get every call’s data in your own systems');
    expect((await publish()).body.deliveries).toBe(0);
  });

  it('can be worked by keyboard alone', async () => {
    const { keyboard } = visit.page;
    const focused = () =>
      visit.page.evaluate<string>('document.activeElement.innerText || document.activeElement.name || ""');
    const tabTo = async (text: string) => {
      for (let i = 0; i < 40 && (await focused()) !== text; i++) await keyboard.press('Tab');
      expect(await focused()).toBe(text);
    };
    await visit.go('/settings/webhooks');
    await keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await tabTo('Create Webhook');
    await keyboard.press('Enter');
    await visit.page.getByRole('heading', { level: 1, name: 'Create Webhook' }).waitFor();
    // The focus is on the heading of the new page; the form follows.
    expect(await focused()).toBe('Create Webhook');
    while ((await visit.page.evaluate('document.activeElement.tagName')) !== 'INPUT')
      await keyboard.press('Tab');
    await keyboard.type('By keyboard');
    await keyboard.press('Tab');
    await keyboard.type(receiver.url('/keyboard'));
    await keyboard.press('Tab');
    await keyboard.press('Space');
    await tabTo('Save');
    await keyboard.press('Enter');
    await visit.page.getByRole('row', { name: /By keyboard/ }).waitFor();
    await tabTo('Test Webhook');
    await keyboard.press('Enter');
    await visit.sees(/Delivered: your server answered 200/);
    await keyboard.press('Escape');
    await visit.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Test Webhook');
  });
});
