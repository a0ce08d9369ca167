import type { Browser, Page } from 'playwright-core';
import { BackofficeModule } from '../../apps/backoffice/src/backoffice.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  behaviours,
  callData,
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
  type TestApp,
} from '../support';
import { createStaff, type StaffMember } from '../support/backoffice';

const SPOKEN = 'my card number is four one one one';

/** A customer writes: "we didn't get the call of 10:42". */
describeInBrowser('the backoffice in a browser', () => {
  let app: TestApp;
  let receiver: Receiver;
  let browser: Browser;
  let callId: string;
  let deliveryId: string;
  const errors: string[] = [];

  beforeAll(async () => {
    ensureBuilt();
    app = await startApp({ modules: [DispatcherModule, BackofficeModule] });
    receiver = await Receiver.start();
    // Their server has moved, and they did not tell us.
    receiver.at('/calls', behaviours.redirect('https://www.acme.example/calls', 301));
    const { id: accountId } = await createAccount(app, 'Acme Solar');
    await createWebhook(app, accountId, { name: 'CRM', url: receiver.url('/calls') });
    const data = callData({ transcript: { text: SPOKEN, messages: [] } });
    callId = data.call.id;
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId, { data }));
    deliveryId = await eventually(
      async () => {
        const [row] = await app.database.query<{ id: string }>(
          `select id from deliveries where failed_at is not null`,
        );
        if (!row) throw new Error('It has not failed yet');
        return `dlv_${row.id}`;
      },
      { withinMs: 30_000 },
    );
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await receiver?.stop();
    await app?.close();
  });
  afterEach(() => expect(errors.splice(0)).toEqual([]));

  async function visit(who: StaffMember): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      // Statuses are told by the pages themselves; what the content security policy stops is an error of ours.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
        errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(app.url) && !request.url().startsWith('data:'))
        errors.push(`outside: ${request.url()}`);
    });
    await page.goto(`${app.url}/admin`);
    await page.getByLabel('Email').fill(who.email);
    await page.getByLabel('Password').fill(who.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'How deliveries go' }).waitFor();
    return page;
  }
  const search = async (page: Page, query: string) => {
    await page.getByRole('searchbox').fill(query);
    await page.getByRole('searchbox').press('Enter');
  };

  it('should lead from sign-in to the cause with one search and one click, and from there to a delivery', async () => {
    const page = await visit(await createStaff(app, 'SUPPORT'));
    await search(page, 'Acme Solar');
    await page.getByRole('link', { name: 'Answered 301: redirect' }).click();

    await page.getByText('We gave up after all 4 attempts. Their server answered 301').waitFor();
    await page
      .getByText('Ask them to put the final URL into the webhook: https://www.acme.example/calls')
      .first()
      .waitFor();
    expect(await page.getByText(/^Attempt \d$/).count()).toBe(4);

    // They put the old address right, and ask for the call once more.
    receiver.at('/calls', behaviours.ok);
    await page.getByRole('link', { name: 'Retry' }).click();
    await page.getByLabel('Why').fill('ticket 4711: they mended the redirect');
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('link', { name: 'Look at the delivery' }).click();
    await page.getByText('Their server took it and answered 200').first().waitFor();
    expect(receiver.to('/calls')).toHaveLength(5);
  }, 120_000);

  it('should find the same by call id, delivery id and webhook URL', async () => {
    const page = await visit(await createStaff(app, 'SUPPORT'));
    await search(page, callId);
    await page.getByRole('heading', { name: `Event ${callId}` }).waitFor();
    await search(page, deliveryId);
    await page.getByRole('heading', { name: `Delivery ${deliveryId}` }).waitFor();
    await search(page, receiver.url('/calls'));
    await page.getByRole('heading', { name: 'Webhook CRM' }).waitFor();
    await search(page, 'nothing-of-that-name');
    await page.getByText('Nothing was found.').waitFor();
  }, 120_000);

  it('should show a VIEWER no button that changes anything, and nothing personal until they reveal it', async () => {
    const page = await visit(await createStaff(app, 'VIEWER'));
    expect(await page.getByRole('link', { name: 'Staff' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await search(page, receiver.url('/calls'));
    await page.getByRole('heading', { name: 'Webhook CRM' }).waitFor();
    for (const name of ['Pause', 'Replay', 'Rotate secret', 'Send test'])
      expect(await page.getByRole('link', { name }).count()).toBe(0);
    await search(page, deliveryId);
    await page.getByText('Phone numbers, transcript and what was made of them are hidden').waitFor();
    expect(await page.content()).not.toContain(SPOKEN);
    await page.getByLabel('Why do you need to see them?').fill('ticket 4711');
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText(SPOKEN).first().waitFor();
    // A form that is opened by its address is refused by the server all the same.
    await page.goto(`${app.url}/admin/resources/deliveries/records/${deliveryId}/retry`);
    await page.getByRole('heading', { name: 'Not allowed' }).waitFor();
  }, 120_000);

  it('should let SUPPORT pause and activate, asked first and told afterwards', async () => {
    const page = await visit(await createStaff(app, 'SUPPORT'));
    expect(await page.getByRole('link', { name: 'Staff' }).count()).toBe(0);
    await search(page, receiver.url('/calls'));
    for (const [label, said] of [['Pause', 'It is paused.'], ['Activate', 'It is active again.']] as const) {
      await page.getByRole('link', { name: label, exact: true }).click();
      await page.getByLabel('Why').fill('ticket 4711');
      await page.getByRole('button', { name: label, exact: true }).click();
      await page.getByText(said).waitFor();
      await page.getByRole('link', { name: 'Back to the webhook' }).click();
      await page.getByRole('heading', { name: 'Webhook CRM' }).waitFor();
    } // prettier-ignore
  }, 120_000);

  it('should let an ADMIN add somebody, and show who did what and why', async () => {
    const page = await visit(await createStaff(app, 'ADMIN'));
    await page.getByRole('link', { name: 'Staff' }).click();
    await page.getByRole('link', { name: 'Add somebody' }).click();
    await page.getByLabel('Email').fill('grace@skipcalls.test');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Grace Hopper');
    await page.getByLabel('Why').fill('new colleague');
    await page.getByRole('button', { name: 'Add somebody' }).click();
    await page.getByText('It is shown this once.').waitFor();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('staff.add').first().waitFor();
    await page.getByText('new colleague').first().waitFor();
    await page.getByText('ticket 4711: they mended the redirect').first().waitFor();
  }, 120_000);

  it('should list deliveries by filters of a link, and open one by a click', async () => {
    const page = await visit(await createStaff(app, 'VIEWER'));
    await page.goto(`${app.url}/admin/resources/deliveries?filters.lastOutcome=DELIVERED`);
    await page.getByText('Delivered, answered 200').first().click();
    await page.getByRole('heading', { name: `Delivery ${deliveryId}` }).waitFor();
    await page.goto(`${app.url}/admin/resources/deliveries?filters.lastOutcome=TIMEOUT`);
    await page
      .getByText(/no records/i)
      .first()
      .waitFor();
  }, 120_000);
});
