import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { EVENT_TYPES } from '@app/formatting';
import {
  callData,
  createAccount,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  startApp,
  type TestApp,
} from '../support';
import { FakeHubSpot } from '../support/fakes/fake-hubspot';

jest.setTimeout(60_000);

/** The webhook that a page of the docs tells its readers to create. */
function preset(page: string): Record<string, unknown> {
  const text = readFileSync(join(__dirname, '../../docs/destinations', page), 'utf8');
  return JSON.parse(/<!-- preset -->\s*```json\n([\s\S]*?)```/.exec(text)![1]) as Record<string, unknown>;
}

describe('the preset for HubSpot', () => {
  let app: TestApp;
  let hubspot: FakeHubSpot;

  beforeAll(async () => {
    hubspot = await new FakeHubSpot('pat-1').start();
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
  });
  afterAll(async () => {
    await hubspot?.stop();
    await app?.close();
  });

  async function customer(token = 'pat-1') {
    const { id, key } = await createAccount(app);
    const api = app.http(key);
    const url = hubspot.url('/crm/v3/objects/calls');
    const created = await api.post('/v1/webhooks', { ...preset('hubspot.md'), url, auth: { type: 'BEARER', token } });
    expect(created.status).toBe(201);
    return { id, api, webhookId: created.body.id as string };
  } // prettier-ignore

  it('logs a call of each event type', async () => {
    const { api, webhookId } = await customer();
    for (const eventType of EVENT_TYPES)
      expect((await api.post(`/v1/webhooks/${webhookId}/test`, { eventType })).body).toMatchObject({ delivered: true, statusCode: 201 });
    const calls = hubspot.accepted.slice(-4).map(({ body }) => JSON.parse(body).properties);
    expect(calls.map((call) => [call.hs_call_direction, call.hs_call_status])).toEqual([
      ['OUTBOUND', 'COMPLETED'], ['OUTBOUND', 'NO_ANSWER'], ['INBOUND', 'COMPLETED'], ['INBOUND', 'FAILED'],
    ]);
    expect(calls[0]).toMatchObject({ hs_call_duration: '93500', hs_call_title: 'Follow-up with Ada' });
  }); // prettier-ignore

  it('logs it on the contact that the call names', async () => {
    const { id, api, webhookId } = await customer();
    const data = callData();
    data.call.metadata = { hubspotContactId: '301' };
    await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id, { data }));
    await eventually(async () => {
      const { body } = await api.get(`/v1/deliveries?webhookId=${webhookId}`);
      expect(body.data[0]).toMatchObject({ status: 'DELIVERED' });
    });
    expect(JSON.parse(hubspot.accepted.at(-1)!.body).associations[0].to).toEqual({ id: '301' });
  });

  it('fails with an expired token, and says so without showing it', async () => {
    const { api, webhookId } = await customer('pat-expired');
    const { body } = await api.post(`/v1/webhooks/${webhookId}/test`, {});
    expect(body).toMatchObject({ delivered: false, statusCode: 401, request: { headers: { Authorization: '••••••' } } });
    expect(JSON.stringify(body)).not.toContain('pat-expired');
  }); // prettier-ignore
});
