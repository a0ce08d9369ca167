import { Sql, toUuid } from '@app/platform';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { createAccount, Receiver, startApp, type TestApp } from '../support';

jest.setTimeout(60_000);

describe('the authentication of a webhook', () => {
  let app: TestApp;
  let receiver: Receiver;
  let other: Receiver;

  beforeAll(async () => {
    [receiver, other] = [await Receiver.start(), await Receiver.start()];
    app = await startApp({ modules: [ApiModule, DispatcherModule] });
  });
  afterAll(async () => {
    await Promise.all([receiver?.stop(), other?.stop()]);
    await app?.close();
  });

  async function customer() {
    const { id, key } = await createAccount(app);
    const api = app.http(key);
    const create = (settings: Record<string, unknown>) =>
      api.post('/v1/webhooks', {
        name: 'CRM',
        url: receiver.url(),
        events: ['CALL_COMPLETED'],
        ...settings,
      });
    return { id, api, create };
  }

  it.each([
    [
      'BEARER',
      { type: 'BEARER', token: 'pr1vate-token' },
      { type: 'BEARER' },
      'Bearer pr1vate-token',
    ],
    [
      'BASIC',
      { type: 'BASIC', username: 'ada', password: 'pr1vate pass:word' },
      { type: 'BASIC', username: 'ada' },
      `Basic ${Buffer.from('ada:pr1vate pass:word').toString('base64')}`,
    ],
  ])('%s is sent, and appears in no answer, record, or row in plain text', async (_, auth, shown, header) => {
    const { id, api, create } = await customer();
    const created = await create({ auth });
    expect(created.status).toBe(201);
    expect(created.body.auth).toEqual(shown);
    const path = `/v1/webhooks/${created.body.id}`;
    const tested = await api.post(`${path}/test`, {});
    expect(tested.body).toMatchObject({ delivered: true, request: { headers: { Authorization: '••••••' } } });
    expect(receiver.requests.at(-1)!.headers.authorization).toBe(header);
    const answers = await Promise.all(
      ['/v1/webhooks', path, '/v1/deliveries', `/v1/deliveries/${tested.body.deliveryId}`].map((of) => api.get(of)),
    );
    const rows = await app.get(Sql).rows(
      `select row_to_json(w)::text from webhooks w where account_id = $1
       union all select row_to_json(a)::text from attempts a
       union all select row_to_json(t)::text from audit_entries t where account_id = $1`,
      [toUuid(id)],
    );
    const texts = JSON.stringify([created.body, tested.body, answers.map(({ body }) => body), rows]);
    expect(texts).toContain('sealed_auth');
    expect(texts).not.toMatch(/pr1vate/);
    expect(texts).not.toContain(header.split(' ')[1]);
  }); // prettier-ignore

  it('is kept by a change that leaves it out or sends it back as it was answered, and removed by null', async () => {
    const { api, create } = await customer();
    const { body } = await create({ auth: { type: 'BASIC', username: 'ada', password: 'pr1vate' } });
    const path = `/v1/webhooks/${body.id}`;
    for (const change of [{ name: 'Renamed' }, { name: 'Again', auth: body.auth }]) {
      expect((await api.patch(path, change)).body.auth).toEqual({ type: 'BASIC', username: 'ada' });
      await api.post(`${path}/test`, {});
      expect(receiver.requests.at(-1)!.headers.authorization).toMatch(/^Basic /);
    }
    expect((await api.patch(path, { auth: null })).body.auth).toBeNull();
    await api.post(`${path}/test`, {});
    expect(receiver.requests.at(-1)!.headers).not.toHaveProperty('authorization');
  });

  it('does not move to another host unless it is sent again', async () => {
    const { api, create } = await customer();
    const auth = { type: 'BEARER', token: 'pr1vate' };
    const { body } = await create({ auth });
    const path = `/v1/webhooks/${body.id}`;
    for (const change of [{}, { auth: body.auth }]) {
      const refused = await api.patch(path, { url: other.url(), ...change });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([{ path: 'auth', message: expect.stringMatching(/another host/) }]);
    }
    expect((await api.patch(path, { url: other.url(), auth: null })).body.auth).toBeNull();
    expect((await api.patch(path, { url: other.url('/again'), auth })).status).toBe(200);
    expect((await api.patch(path, { url: receiver.url(), auth })).status).toBe(200);
    await api.post(`${path}/test`, {});
    expect(receiver.requests.at(-1)!.headers.authorization).toBe('Bearer pr1vate');
    expect(other.requests).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['an unknown type', { auth: { type: 'DIGEST' } }, ['auth.type']],
    ['a token that would add a header', { auth: { type: 'BEARER', token: 'a\r\nX-Evil: 1' } }, ['auth.token']],
    ['a field that it doesn’t know', { auth: { type: 'BEARER', token: 'a', user: 'b' } }, ['auth.user']],
    ['text', { auth: 'Bearer a' }, ['auth']],
    ['a custom Authorization beside it', { auth: { type: 'BEARER', token: 'a' }, headers: { authorization: 'b' } }, ['headers.authorization']],
    ['a chat webhook', { auth: { type: 'BEARER', token: 'a' }, type: 'SLACK' }, ['auth']],
  ])('is rejected by its path: %s', async (_, settings, paths) => {
    const { create } = await customer();
    const answer = await create(settings);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  }); // prettier-ignore
});
