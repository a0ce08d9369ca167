import { AccountsModule } from '@app/accounts';
import { Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  createAccount,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { FakeDiscord } from '../support/fakes/fake-discord';
import { FakeSlack } from '../support/fakes/fake-slack';
import { FakeTeams } from '../support/fakes/fake-teams';

jest.setTimeout(60_000);

const SLACK_URL = 'https://hooks.slack.com/services/T024BE7LD/B0PR1VATE/pr1vate-mnopWXYZ';
const DISCORD_URL = 'https://discord.com/api/webhooks/123456789/pr1vate-token-QRST';
const TEAMS_URL =
  'https://prod-12.westeurope.logic.azure.com/workflows/1/triggers/manual/run?sig=pr1vate-LMNO';

describe('the type of a webhook', () => {
  let app: TestApp;
  let slack: FakeSlack;
  let discord: FakeDiscord;
  let teams: FakeTeams;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule, WebhooksModule, AccountsModule] });
    [slack, discord, teams] = await Promise.all([new FakeSlack(0).start(), new FakeDiscord(0).start(), new FakeTeams(0).start()]);
  });
  afterAll(async () => {
    await Promise.all([slack, discord, teams].map((fake) => fake?.stop()));
    await app?.close();
  });

  async function customer() {
    const { id, key } = await createAccount(app);
    const api = app.http(key);
    return {
      id,
      api,
      create: (settings: Record<string, unknown>) =>
        api.post('/v1/webhooks', { name: 'A webhook', events: ['CALL_COMPLETED'], ...settings }),
      publish: () => app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(id)),
    };
  }

  const attemptsOf = async (api: { get(path: string): Promise<{ body: any }> }, webhookId: string) =>
    eventually(async () => {
      const list = await api.get(`/v1/deliveries?webhookId=${webhookId}`);
      expect(list.body.data).toHaveLength(1);
      expect(list.body.data[0].status).not.toBe('PENDING');
      return (await api.get(`/v1/deliveries/${list.body.data[0].id}`)).body;
    });

  it.each([
    ['SLACK', SLACK_URL, 'https://hooks.slack.com/…/WXYZ'],
    ['DISCORD', DISCORD_URL, 'https://discord.com/…/QRST'],
    ['TEAMS', TEAMS_URL, 'https://prod-12.westeurope.logic.azure.com/…/LMNO'],
    ['HTTP', 'https://crm.example.com/hooks?token=1', 'https://crm.example.com/hooks?token=1'],
  ])('%s is inferred from the host, and a secret URL is never shown or stored in plain text', async (type, url, shown) => {
    const { id, api, create } = await customer();
    const created = await create({ url });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ type, url: shown, format: 'DEFAULT' });
    const [{ row }] = await app.get(Sql).rows<{ row: string }>(
      'select row_to_json(webhooks)::text as row from webhooks where id = $1', [toUuid(created.body.id)],
    );
    const answers = await Promise.all(['', `/${created.body.id}`].map((path) => api.get(`/v1/webhooks${path}`)));
    const audit = await app.get(Sql).rows('select * from audit_entries where account_id = $1', [toUuid(id)]);
    const texts = [row, JSON.stringify(answers.map(({ body }) => body)), JSON.stringify(audit)];
    for (const text of texts) if (type !== 'HTTP') expect(text).not.toMatch(/pr1vate/i);
  }); // prettier-ignore

  it('keeps a secret URL that comes back as it was shown', async () => {
    const { create, api } = await customer();
    const { body: webhook } = await create({ url: slack.url('/services/kept'), type: 'SLACK' });
    const changed = await api.patch(`/v1/webhooks/${webhook.id}`, { name: 'Renamed', url: webhook.url });
    expect(changed.body).toMatchObject({ name: 'Renamed', url: webhook.url, type: 'SLACK' });
    expect((await api.post(`/v1/webhooks/${webhook.id}/test`, {})).body).toMatchObject({ delivered: true });
    expect(slack.accepted.at(-1)!.path).toBe('/services/kept');
  });

  it('follows the URL to another host', async () => {
    const { create, api } = await customer();
    const { body: webhook } = await create({ url: 'https://crm.example.com/hook', format: 'ZAPIER' });
    const path = `/v1/webhooks/${webhook.id}`;
    expect((await api.patch(path, { url: SLACK_URL })).body).toMatchObject({ type: 'SLACK', format: 'DEFAULT' });
    expect((await api.patch(path, { url: 'https://crm.example.com/hook' })).body).toMatchObject({ type: 'HTTP' });
  });

  it('rejects a format that it has no use for, and a type that is not known', async () => {
    const { create } = await customer();
    expect((await create({ url: SLACK_URL, format: 'ZAPIER' })).body.errors).toEqual([
      { path: 'format', message: expect.any(String) },
    ]);
    expect((await create({ url: 'mailto:team@example.com', type: 'SLACK' })).status).toBe(400);
  });

  it('decides the message: Slack, Discord, and Teams each accept theirs, unsigned even with a secret', async () => {
    const { create, publish, api } = await customer();
    const secret = 'correct horse';
    const created = await Promise.all([
      create({ url: slack.url('/services/one-QQQQ'), type: 'SLACK', secret }),
      create({ url: discord.url('/api/webhooks/1/one-QQQQ'), type: 'DISCORD', secret }),
      create({ url: teams.url('/workflows/one-QQQQ'), type: 'TEAMS', secret }),
    ]);
    await publish();
    for (const [i, fake] of [slack, discord, teams].entries()) {
      const delivery = await attemptsOf(api, created[i].body.id);
      expect(delivery).toMatchObject({ status: 'DELIVERED', format: created[i].body.type });
      expect(JSON.stringify(delivery)).not.toContain('one-QQQQ');
      expect(delivery.attempts[0].request.url).toMatch(/\/…\/QQQQ$/);
      const received = fake.accepted.find(({ path }) => path.endsWith('one-QQQQ'))!;
      expect(delivery.body).toBe(received.body);
      expect(Object.keys(received.headers).filter((name) => name.includes('signature'))).toEqual([]);
    }
    expect(discord.accepted.at(-1)!.query.get('wait')).toBe('true');
  });

  it.each([
    ['SLACK', 410, /archived/],
    ['SLACK', 404, /removed/],
    ['SLACK', 403, /revoked/],
    ['DISCORD', 404, /deleted in Discord/],
    ['DISCORD', 401, /token/],
    ['HTTP', 410, /410 Gone/],
  ])('%s: a %d disables the webhook with a reason to act on, and nothing is sent again', async (type, status, reason) => {
    const receiver = await Receiver.start();
    try {
      receiver.answer({ kind: 'answer', status });
      const { create, publish, api } = await customer();
      const { body: webhook } = await create({ url: receiver.url(), type });
      await publish();
      const delivery = await attemptsOf(api, webhook.id);
      expect(delivery).toMatchObject({ status: 'FAILED', attemptCount: 1 });
      expect(delivery.attempts[0].error.text).toMatch(reason);
      const after = await eventually(async () => {
        const { body } = await api.get(`/v1/webhooks/${webhook.id}`);
        expect(body.status).toBe('DISABLED');
        return body;
      });
      expect(after.disabledReason).toMatch(reason);
      await publish();
      expect(receiver.requests).toHaveLength(1);
    } finally {
      await receiver.stop();
    }
  }); // prettier-ignore

  it('does not disable a webhook because of a test', async () => {
    const { create, api } = await customer();
    slack.archived.add('/services/archived');
    const { body: webhook } = await create({ url: slack.url('/services/archived'), type: 'SLACK' });
    const test = await api.post(`/v1/webhooks/${webhook.id}/test`, {});
    expect(test.body).toMatchObject({ delivered: false, statusCode: 410, error: { text: expect.stringMatching(/archived/) } });
    expect((await api.get(`/v1/webhooks/${webhook.id}`)).body.status).toBe('ACTIVE');
  });
}); // prettier-ignore
