import { ApiModule } from '../../apps/api/src/api.module';
import { WebhookDisabler, WebhookService, WebhookTargetsModule } from '@app/webhooks';
import { toUuid } from '@app/platform';
import { createAccount, type HttpClient, startApp, type TestApp } from '../support';

const SLACK = 'https://hooks.slack.com/services/T0001/B0001/';

describe('the history of a webhook', () => {
  let app: TestApp;
  let accountId: string;
  let api: HttpClient;
  let stranger: HttpClient;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, WebhookTargetsModule] });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const account = await createAccount(app);
    accountId = account.id;
    api = app.http(account.key);
    stranger = app.http((await createAccount(app)).key);
  });

  async function create(settings: Record<string, unknown> = {}): Promise<string> {
    const input = { name: 'CRM', url: 'https://example.com/a', events: ['CALL_COMPLETED'], ...settings };
    const { status, body } = await api.post('/v1/webhooks', input);
    expect(status).toBe(201);
    return body.id as string;
  }
  const history = async (id: string, query: Record<string, string> = {}) =>
    (await api.get(`/v1/webhooks/${id}/history`, { query })).body;

  it('says who changed which field from what to what, newest first', async () => {
    const id = await create();
    const [key] = (await api.get('/v1/api-keys')).body.data;
    await api.patch(`/v1/webhooks/${id}`, { name: 'CRM 2', status: 'PAUSED', url: 'https://example.com/b' });
    await api.patch(`/v1/webhooks/${id}`, { name: 'CRM 2' });
    const { data, nextCursor } = await history(id);
    expect(nextCursor).toBeNull();
    expect(data).toHaveLength(2);
    expect(data[0]).toEqual({
      id: expect.stringMatching(/^aud_/),
      actor: { kind: 'key', id: key.id, name: key.name },
      action: 'update',
      at: expect.stringMatching(/Z$/),
      changes: expect.arrayContaining([
        { field: 'name', from: 'CRM', to: 'CRM 2' },
        { field: 'status', from: 'ACTIVE', to: 'PAUSED' },
        { field: 'url', from: 'https://example.com/a', to: 'https://example.com/b' },
      ]),
    });
    expect(data[0].changes).toHaveLength(3);
    expect(data[1].action).toBe('create');
    expect(data[1].changes).toContainEqual({ field: 'name', from: null, to: 'CRM' });
  });

  it('shows of secrets, header values, and secret URLs only that they changed', async () => {
    const id = await create({ secret: 'first secret value', headers: { 'X-Api-Key': 'header value 1' } });
    const patched = await api.patch(`/v1/webhooks/${id}`, {
      secret: 'second secret value',
      headers: { 'X-Api-Key': 'header value 2', 'X-New': 'header value 3' },
      auth: { type: 'BEARER', token: 'bearer-token-value' },
    });
    expect(patched).toMatchObject({ status: 200 });
    await api.post(`/v1/webhooks/${id}/rotate-secret`, { secret: 'third secret value' });
    await api.patch(`/v1/webhooks/${id}`, { secret: null, headers: null });
    const { data } = await history(id);
    expect(data.map(({ changes }: any) => changes)).toEqual([
      expect.arrayContaining([
        { field: 'secret', from: 'changed', to: null },
        { field: 'headers.X-Api-Key', from: 'changed', to: null },
        { field: 'headers.X-New', from: 'changed', to: null },
      ]),
      [{ field: 'secret', from: 'changed', to: 'changed' }],
      expect.arrayContaining([
        { field: 'secret', from: 'changed', to: 'changed' },
        { field: 'headers.X-Api-Key', from: 'changed', to: 'changed' },
        { field: 'headers.X-New', from: null, to: 'changed' },
        { field: 'auth', from: null, to: 'changed' },
      ]),
      expect.arrayContaining([{ field: 'secret', from: null, to: 'changed' }]),
    ]);
    const custom = await create({
      type: 'CUSTOM',
      request: {
        method: 'POST',
        body: '{"id": {{ id | json }}}',
        headers: { 'X-Token': 'request-header-value' },
      },
    });
    const { changes } = (await history(custom)).data[0];
    expect(changes.find(({ field }: { field: string }) => field === 'request').to.headers).toEqual({
      'X-Token': 'changed',
    });
    const slack = await create({ url: `${SLACK}aaaaaaaaaaaa1111`, type: 'SLACK' });
    await api.patch(`/v1/webhooks/${slack}`, { url: `${SLACK}bbbbbbbbbbbb1111` });
    const masked = 'https://hooks.slack.com/…/1111';
    expect((await history(slack)).data[0].changes).toEqual([{ field: 'url', from: masked, to: masked }]);
    const stored = JSON.stringify([
      await history(id),
      await history(slack),
      await history(custom),
      await app.database.query('select details from audit_entries where account_id = $1', [
        toUuid(accountId),
      ]),
    ]);
    for (const value of [
      'secret value',
      'header value',
      'request-header-value',
      'bearer-token',
      'aaaa',
      'bbbb',
    ])
      expect(stored).not.toContain(value);
  });

  it('includes changes by staff and by the system', async () => {
    const id = await create();
    const staff = { kind: 'staff', id: 'stf_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' } as const;
    await app
      .get(WebhookService)
      .update(accountId, id, { status: 'PAUSED' }, { actor: staff, reason: 'ticket 4711' });
    await api.patch(`/v1/webhooks/${id}`, { status: 'ACTIVE' });
    const [{ settings_version: version }] = await app.database.query<{ settings_version: number }>(
      'select settings_version from webhooks where id = $1',
      [toUuid(id)],
    );
    await app.get(WebhookDisabler).disable({ id, version } as never, 'The server returned 410.');
    const { data } = await history(id);
    expect(data[0]).toMatchObject({
      actor: { kind: 'system', id: 'dispatcher', name: null },
      action: 'disable',
      changes: [
        { field: 'status', from: 'ACTIVE', to: 'DISABLED' },
        { field: 'disabledReason', from: null, to: 'The server returned 410.' },
      ],
    });
    expect(data[2]).toMatchObject({
      actor: { kind: 'staff', id: staff.id, name: null },
      changes: [{ field: 'status', from: 'ACTIVE', to: 'PAUSED' }],
    });
    expect(JSON.stringify(data)).not.toContain('4711');
  });

  it('is paged', async () => {
    const id = await create();
    for (let n = 0; n < 4; n++) await api.patch(`/v1/webhooks/${id}`, { name: `name ${n}` });
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: any = await history(id, { limit: '2', ...(cursor ? { cursor } : {}) });
      for (const { changes } of page.data) names.push(changes.find((one: any) => one.field === 'name').to);
      cursor = page.nextCursor;
    }
    expect(names).toEqual(['name 3', 'name 2', 'name 1', 'name 0', 'CRM']);
  });

  it('is not there for another account', async () => {
    const id = await create();
    expect((await stranger.get(`/v1/webhooks/${id}/history`)).status).toBe(404);
  });
});
