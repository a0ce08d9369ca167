import { createHmac } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  behaviours,
  createAccount,
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

/** A busy machine with a browser on it is slow, and axe looks at every element. */
jest.setTimeout(60_000);

/** The page "How to Set Up Webhooks" that customers read, sentence by sentence, in order, on one screen. */
describeInBrowser('the help page, followed in the dashboard', () => {
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
    accountId = (await createAccount(app, 'Acme Solar')).id;
    visit = await (await Visit.begin(app, browser)).signIn(app, accountId);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await receiver?.stop();
    await app?.close();
  });
  afterEach(() => expect(visit.errors).toEqual([]));

  it('"Navigate to Settings → API Keys in your SkipCalls dashboard."', async () => {
    const menu = visit.page.getByRole('navigation', { name: 'Main' });
    await menu.getByRole('link', { name: 'Settings' }).click();
    await visit.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await menu.getByRole('link', { name: 'API Keys' }).click();
    await visit.page.getByRole('heading', { level: 1, name: 'API Keys' }).waitFor();
  });

  it('"Click on the Webhooks tab."', async () => {
    await visit.page.getByRole('tab', { name: 'Webhooks' }).click();
    await visit.sees('Get every call’s data in your own systems');
    expect(await visit.violations()).toEqual([]);
  });

  it('"Click the Create Webhook button."', async () => {
    await visit.button('Create Webhook');
    await visit.page.getByRole('heading', { level: 1, name: 'Create Webhook' }).waitFor();
  });

  it('"Name: Give your webhook a descriptive name (e.g., CRM Integration)."', async () => {
    await visit.page.getByLabel('Name').fill('CRM Integration');
  });

  it('"URL: Enter the destination URL where SkipCalls should send the data."', async () => {
    await visit.page.getByLabel('URL').fill(receiver.url('/crm'));
  });

  it('"Events: Select the events you want to subscribe to (e.g., CALL_COMPLETED)."', async () => {
    const events = visit.page.getByRole('group', { name: 'Events' });
    expect(await events.getByRole('checkbox').count()).toBe(4);
    await visit.sees('An outgoing call failed (e.g., busy, no answer, or technical error).');
    await events.getByRole('checkbox', { name: 'CALL_COMPLETED', exact: true }).check();
  });

  it('"Secret (Optional): Enter a secret string if you plan to verify the X-Webhook-Signature header."', async () => {
    await visit.page.getByLabel('Secret (optional)').fill('our secret');
    await visit.sees('X-Webhook-Signature');
  });

  it('"Format: Choose Default for full nested data or Zapier for a flattened structure."', async () => {
    const body = visit.page.getByRole('region', { name: /^Body/ });
    await visit.page.getByRole('radio', { name: 'Zapier' }).check();
    expect(JSON.parse(await body.innerText())).toMatchObject({
      event_type: 'CALL_COMPLETED',
      agent_name: expect.any(String),
    });
    await visit.page.getByRole('radio', { name: 'Default' }).check();
    expect(JSON.parse(await body.innerText())).toMatchObject({
      type: 'CALL_COMPLETED',
      data: { agent: { name: expect.any(String) } },
    });
    expect(await visit.violations()).toEqual([]);
  });

  it('"Click Save."', async () => {
    await visit.button('Save');
    const row = visit.page.getByRole('row', { name: /CRM Integration/ });
    await row.getByText('Active', { exact: true }).waitFor();
    await row.getByText('Default', { exact: true }).waitFor();
    expect(await visit.violations()).toEqual([]);
  });

  it('"Test your setup by clicking the Test Webhook button next to your new webhook."', async () => {
    await visit.page
      .getByRole('row', { name: /CRM Integration/ })
      .getByRole('button', { name: 'Test Webhook' })
      .click();
    await visit.sees(/Delivered: your server answered 200 in \d+ ms/);
    const [request] = await receiver.waitFor(1, { path: '/crm' });
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'x-webhook-test': 'true' });
    expect(JSON.parse(request.body.toString())).toMatchObject({ type: 'CALL_COMPLETED', test: true });
    const dialog = visit.page.getByRole('dialog');
    expect(JSON.parse(await dialog.getByRole('region', { name: 'Request body' }).innerText())).toEqual(
      JSON.parse(request.body.toString()),
    );
    await dialog.getByText(request.headers['x-webhook-signature']).waitFor();
    expect(await visit.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('"Each webhook contains a rich set of data about the call" for a call that has ended', async () => {
    const answer = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    const [, request] = await receiver.waitFor(2, { path: '/crm' });
    expect(JSON.parse(request.body.toString()).id).toBe(answer.body.id);
    expect(Object.keys(JSON.parse(request.body.toString()).data)).toEqual([
      'call', 'agent', 'phoneNumbers', 'transcript', 'summaries', 'recording', 'dataCollected', 'evaluationResults', 'tasks',
    ]); // prettier-ignore
    await visit.page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    await visit.page.getByRole('link', { name: 'CALL_COMPLETED' }).first().click();
    await visit.page.getByRole('heading', { level: 1, name: /CALL_COMPLETED\s*Delivered/ }).waitFor();
    const body = visit.page.getByRole('region', { name: 'Request body' });
    expect(JSON.parse(await body.innerText())).toEqual(JSON.parse(request.body.toString()));
    expect(await visit.violations()).toEqual([]);
  });

  it('"Your server should calculate the hash and compare it to the header value": the checker agrees', async () => {
    const request = receiver.to('/crm')[1];
    expect(request.headers['x-webhook-signature']).toBe(
      createHmac('sha256', 'our secret').update(request.body).digest('hex'),
    );
    await visit.page.getByRole('link', { name: 'Verify signatures' }).click();
    await visit.page.getByLabel('Raw request body').fill(request.body.toString());
    await visit.page.getByLabel('Signature', { exact: true }).fill(request.headers['x-webhook-signature']);
    await visit.page.getByLabel('Secret', { exact: true }).fill('our secret');
    await visit.button('Check signature');
    await visit.sees('The signature matches');
  });

  it('"Signature mismatch? Ensure you are using the raw request body … and that your secret matches exactly."', async () => {
    const request = receiver.to('/crm')[1];
    const rewritten = JSON.stringify(JSON.parse(request.body.toString()), null, 2);
    await visit.page.getByLabel('Raw request body').fill(rewritten);
    await visit.button('Check signature');
    await visit.sees(/It does not match\. The body was parsed and written again/);
    await visit.page.getByLabel('Raw request body').fill(request.body.toString());
    await visit.page.getByLabel('Secret', { exact: true }).fill('another');
    await visit.button('Check signature');
    await visit.sees(/Most probably the secret is another one/);
    expect(await visit.violations()).toEqual([]);
  });

  it('"3 Retries … after 1s, 2s, and 4s": the time line counts down to each', async () => {
    receiver.at('/crm', behaviours.status(500));
    const answer = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    await receiver.waitFor(3, { path: '/crm' });
    await visit.go(`/deliveries?eventId=${answer.body.id}`);
    await visit.page.getByRole('link', { name: 'CALL_COMPLETED' }).click();
    await visit.page.getByRole('timer').waitFor();
    await visit.page.getByRole('button', { name: /^4\. Refused/ }).waitFor({ timeout: 15_000 });
    await visit.page.getByRole('heading', { level: 1, name: /Failed/ }).waitFor();
    await visit.sees('Your server had an error');
    expect(await visit.page.getByRole('button', { name: /^[1-4]\. Refused.*500/ }).count()).toBe(4);
    expect(await visit.violations()).toEqual([]);
  });

  it('"Not receiving webhooks? Check if the webhook status is Active"', async () => {
    await visit.page.getByRole('link', { name: 'CRM Integration' }).click();
    await visit.page.getByRole('heading', { level: 1, name: /CRM Integration\s*Active/ }).waitFor();
    expect(await visit.violations()).toEqual([]);
  });

  it('"Timeout errors? Your server must respond within 10 seconds."', async () => {
    receiver.at('/crm', behaviours.hang);
    await visit.button('Test Webhook');
    await visit.sees('No response came within 10 seconds', 20_000);
    await visit.sees(/background task/);
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  });
});
