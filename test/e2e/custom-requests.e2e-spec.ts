import { SHOWN_FORMATS } from '@app/formatting';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  behaviours,
  callData,
  createAccount,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';

jest.setTimeout(60_000);

const REQUEST = {
  method: 'PUT',
  body: '{"id": "{{ id }}", "title": {{ data.call.title | json }}, "at": "{{ "now" | date: "%s" }}"}',
  headers: { 'X-Call': '{{ data.call.id }}' },
};

describe('a webhook of type CUSTOM', () => {
  let app: TestApp;
  let receiver: Receiver;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.stop());
  afterAll(() => app?.close());

  async function customer() {
    const { id, key } = await createAccount(app);
    const api = app.http(key);
    const create = (settings: Record<string, unknown> = {}) =>
      api.post('/v1/webhooks', {
        name: 'CRM',
        url: receiver.url('/calls'),
        type: 'CUSTOM',
        events: ['CALL_COMPLETED'],
        request: REQUEST,
        ...settings,
      });
    const publish = (title = 'A "quoted" title') => {
      const data = callData();
      return app
        .http(PUBLISHER_TOKEN)
        .post('/internal/v1/events', eventInput(id, { data: { ...data, call: { ...data.call, title } } }));
    };
    const delivery = (webhookId: string, status: string) =>
      eventually(
        async () => {
          const { body } = await api.get(`/v1/deliveries?webhookId=${webhookId}`);
          expect(body.data.map((one: { status: string }) => one.status)).toEqual([status]);
          return (await api.get(`/v1/deliveries/${body.data[0].id}`)).body;
        },
        { withinMs: 20_000 },
      );
    return { id, api, create, publish, delivery };
  }

  it('sends the request that its templates give, with its auth and headers, unsigned', async () => {
    const { create, publish, delivery } = await customer();
    const created = await create({
      secret: 'correct horse battery',
      auth: { type: 'BEARER', token: 'pr1vate' },
      headers: { 'X-Team': 'sales' },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ type: 'CUSTOM', format: 'DEFAULT', request: REQUEST });
    await publish();
    const detail = await delivery(created.body.id, 'DELIVERED');
    const [received] = receiver.requests;
    expect(received).toMatchObject({ method: 'PUT', path: '/calls' });
    expect(received.headers).toMatchObject({
      authorization: 'Bearer pr1vate',
      'x-team': 'sales',
      'x-call': detail.callId,
      'content-type': 'application/json',
    });
    expect(Object.keys(received.headers).filter((name) => name.includes('signature'))).toEqual([]);
    expect(JSON.parse(received.body.toString())).toMatchObject({ id: detail.eventId, title: 'A "quoted" title' });
    expect(SHOWN_FORMATS).toContain(detail.format);
    expect(detail).toMatchObject({ format: 'CUSTOM', body: received.body.toString() });
    expect(detail.attempts[0].request).toMatchObject({
      method: 'PUT',
      body: received.body.toString(),
      headers: { Authorization: '••••••', 'X-Call': '••••••' },
    });
  }); // prettier-ignore

  it('sends the same bytes on every attempt, whatever becomes of its templates meanwhile', async () => {
    receiver.answer(behaviours.status(500));
    const { api, create, publish, delivery } = await customer();
    const { body: webhook } = await create();
    await publish();
    await receiver.waitFor(1);
    const changed = await api.patch(`/v1/webhooks/${webhook.id}`, {
      request: { method: 'POST', body: '{"version": 2}' },
    });
    expect(changed.body.request).toEqual({ method: 'POST', body: '{"version": 2}' });
    const failed = await delivery(webhook.id, 'FAILED');
    expect((await api.post(`/v1/deliveries/${failed.id}/retry`, {})).status).toBe(202);
    await receiver.waitFor(5);
    const [first, ...others] = receiver.requests;
    for (const { method, body } of others) expect([method, body.toString()]).toEqual(['PUT', first.body.toString()]);
    await api.post(`/v1/webhooks/${webhook.id}/test`, {});
    expect(receiver.requests.at(-1)!.body.toString()).toBe('{"version": 2}');
  }); // prettier-ignore

  it('fails only the delivery whose event its templates cannot render, and a corrected template delivers it', async () => {
    const { api, create, publish, delivery } = await customer();
    const { body: webhook } = await create({
      request: { method: 'POST', body: '{"t": "{{ data.call.title }}"{% if data.call.title == "bad" %}}}{% endif %}}' },
    });
    await publish('bad');
    const failed = await delivery(webhook.id, 'FAILED');
    expect(failed.attempts).toHaveLength(1);
    expect(failed.attempts[0]).toMatchObject({
      outcome: 'NOT_SENT',
      error: { code: 'TEMPLATE_FAILED', text: expect.stringMatching(/request\.body failed: it does not give valid JSON/) },
    });
    expect(receiver.requests).toEqual([]);
    expect((await api.get(`/v1/webhooks/${webhook.id}`)).body).toMatchObject({ status: 'ACTIVE', failingSince: null });
    await api.patch(`/v1/webhooks/${webhook.id}`, { request: { method: 'POST', body: '{"fixed": {{ data.call.title | json }}}' } });
    await api.post(`/v1/deliveries/${failed.id}/retry`, {});
    await receiver.waitFor(1);
    expect(receiver.requests[0].body.toString()).toBe('{"fixed": "bad"}');
    await publish('good');
    await receiver.waitFor(2);
    expect((await api.get(`/v1/deliveries/${failed.id}`)).body.body).toBe('{"fixed": "bad"}');
  }); // prettier-ignore

  it.each<[string, Record<string, unknown>, string]>([
    ['without templates', { request: undefined }, 'request'],
    ['with templates of another type', { type: 'HTTP' }, 'request'],
    ['with a method that has no body', { request: { ...REQUEST, method: 'GET' } }, 'request.method'],
    ['with a template that doesn’t give JSON', { request: { ...REQUEST, body: '{"a": {{ id }}}' } }, 'request.body'],
    ['with a template that isn’t one', { request: { ...REQUEST, body: '{"a": "{{ id"}' } }, 'request.body'],
    ['with a template that loops', { request: { ...REQUEST, body: '{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}{}' } }, 'request.body'],
    ['with a template that only fails for one of its events', { events: ['CALL_COMPLETED', 'CALL_FAILED'], request: { ...REQUEST, body: '{"a": {{ data.summaries.short | size }}, "b": "{{ data.transcript.text }}"{% unless data.summaries %},{% endunless %}}' } }, 'request.body'],
    ['with a header that steers the connection', { request: { ...REQUEST, headers: { Host: 'a' } } }, 'request.headers.Host'],
    ['with a header of ours', { request: { ...REQUEST, headers: { 'webhook-id': 'a' } } }, 'request.headers.webhook-id'],
    ['with credentials in templates', { request: { ...REQUEST, headers: { Authorization: 'Bearer a' } } }, 'request.headers.Authorization'],
    ['with a header of two lines', { request: { ...REQUEST, headers: { 'X-A': '{{ data.transcript.text }}' } } }, 'request.headers.X-A'],
    ['with an unknown field', { request: { ...REQUEST, url: 'https://example.com' } }, 'request.url'],
    ['with a template in its URL', { url: 'https://example.com/{{ id }}' }, 'url'],
  ])('is not saved %s', async (_, settings, path) => {
    const { create } = await customer();
    const answer = await create(settings);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path]);
  }); // prettier-ignore

  it('becomes another type with its templates dropped, and back with new ones', async () => {
    const { api, create } = await customer();
    const { body: webhook } = await create();
    const path = `/v1/webhooks/${webhook.id}`;
    expect((await api.patch(path, { type: 'HTTP' })).body).toMatchObject({ type: 'HTTP', request: null });
    expect((await api.patch(path, { type: 'CUSTOM' })).body.errors[0].path).toBe('request');
    const back = await api.patch(path, { type: 'CUSTOM', request: { method: 'PATCH', body: '{"back": 1}' } });
    expect(back.status).toBe(200);
    await api.post(`${path}/test`, {});
    expect(receiver.requests.at(-1)).toMatchObject({ method: 'PATCH' });
    expect(receiver.requests.at(-1)!.body.toString()).toBe('{"back": 1}');
  });
});
