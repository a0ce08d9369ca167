import { AccountsModule } from '@app/accounts';
import { Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { Housekeeping } from '../../apps/dispatcher/src/schedules/housekeeping';
import { createAccount, createWebhook, startApp, type TestApp } from '../support';

describe('housekeeping', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
  });
  afterAll(() => app?.close());

  it('erases expired secrets, and keeps those that still sign', async () => {
    const { id } = await createAccount(app);
    const webhook = await createWebhook(app, id, {
      url: 'https://example.com/',
      secret: 'the newest secret',
    });
    const other = await createWebhook(app, id, { url: 'https://example.com/', secret: 'another secret' });
    const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
    const older = [30, -30, 60, -5].map((minutes) => ({
      sealed: `${minutes}`,
      hint: '…',
      expiresAt: at(minutes),
    }));
    await app
      .get(Sql)
      .execute('update webhooks set sealed_secrets = sealed_secrets || $2::jsonb where id = $1', [
        toUuid(webhook.id),
        JSON.stringify(older),
      ]);

    expect(await app.get(Housekeeping).clearAway()).toMatchObject({
      expiredSecrets: 1,
      idempotentAnswers: 0,
    });
    const kept = await app
      .get(Sql)
      .rows<{ id: string; sealed_secrets: any[] }>('select id, sealed_secrets from webhooks order by id');
    expect(kept.map((row) => [row.id, row.sealed_secrets.map(({ sealed }) => sealed)])).toEqual([
      [toUuid(webhook.id), [expect.stringMatching(/^v2/), '30', '60']],
      [toUuid(other.id), [expect.stringMatching(/^v2/)]],
    ]);
    expect((await app.get(Housekeeping).clearAway())['expiredSecrets']).toBe(0);
  });
});
