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

  it('forgets a replaced secret that signs nothing any more, and keeps one that still does', async () => {
    const { id } = await createAccount(app);
    const over = await createWebhook(app, id, { url: 'https://example.com/over', secret: 'new secret one' });
    const live = await createWebhook(app, id, { url: 'https://example.com/live', secret: 'new secret two' });
    const replace = `update webhooks set sealed_previous_secret = 'sealed', previous_secret_expires_at = now() + $2::interval where id = $1`;
    await app.get(Sql).execute(replace, [toUuid(over.id), '-1 hour']);
    await app.get(Sql).execute(replace, [toUuid(live.id), '1 hour']);

    expect(await app.get(Housekeeping).clearAway()).toMatchObject({
      replacedSecrets: 1,
      idempotentAnswers: 0,
    });
    const kept = await app
      .get(Sql)
      .rows<{ id: string }>('select id from webhooks where sealed_previous_secret is not null');
    expect(kept.map(({ id }) => id)).toEqual([toUuid(live.id)]);
    const secrets = await app.get(Sql).rows('select id from webhooks where sealed_secret is not null');
    expect(secrets).toHaveLength(2);
  });
});
