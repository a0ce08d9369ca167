import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsModule } from '@app/accounts';
import { ChangeFeed, HotPathSql, Sql, toUuid } from '@app/platform';
import { WebhooksModule, WebhookTargets } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';

jest.setTimeout(120_000);

const modules = [DispatcherModule, WebhooksModule, AccountsModule];

describe('several dispatchers', () => {
  let app: TestApp;
  let other: TestApp;
  let receiver: Receiver;
  let count = 0;

  beforeAll(async () => {
    app = await startApp({ modules });
    other = await startApp({ modules, with: app });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await other?.close();
    await app?.close();
  });

  const sql = () => app.get(Sql);

  async function subscribe() {
    const path = `/several-${++count}`;
    const { id: accountId } = await createAccount(app);
    const webhook = await createWebhook(app, accountId, { url: receiver.url(path) });
    return { path, accountId, webhook };
  }

  async function publish(through: TestApp, accountId: string) {
    const answer = await through.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    expect(answer.status).toBe(202);
  }

  it('see a change of a webhook within two seconds without Redis, however wrong the clock of its writer is', async () => {
    const { path, accountId, webhook } = await subscribe();
    await publish(other, accountId);
    await receiver.waitFor(1, { path });
    const moved = `${path}-moved`;
    // Written behind the change feed, by a machine whose clock is an hour behind.
    await sql().execute(
      `update webhooks set url = $2, updated_at = now() - interval '1 hour' where id = $1`,
      [toUuid(webhook.id), receiver.url(moved)],
    );
    await sleep(2_000);
    await publish(other, accountId);
    await receiver.waitFor(1, { path: moved });
  });

  it('see a change that was committed after a later one', async () => {
    const [slow, fast] = [await subscribe(), await subscribe()];
    for (const { accountId } of [slow, fast]) await publish(other, accountId);
    for (const { path } of [slow, fast]) await receiver.waitFor(1, { path });
    const rename = `update webhooks set url = url || '-moved', updated_at = now() where id = $1`;
    await sql().transaction(async (client) => {
      await client.query(rename, [toUuid(slow.webhook.id)]);
      await sql().execute(rename, [toUuid(fast.webhook.id)]);
      await sleep(2_500);
    });
    await sleep(2_000);
    for (const { accountId } of [slow, fast]) await publish(other, accountId);
    for (const { path } of [slow, fast]) await receiver.waitFor(1, { path: `${path}-moved` });
  });

  it('never continue with settings that were read before a change and arrive after it', async () => {
    const { path, accountId, webhook } = await subscribe();
    const targets = other.get<any>(WebhookTargets);
    const [rows] = [targets.sql.rows.bind(targets.sql)];
    let arrive!: () => void;
    const held = new Promise<void>((resolve) => (arrive = resolve));
    let loads = 0;
    targets.sql.rows = async (statement: { name?: string }, values: unknown[]) => {
      const result = await rows(statement, values);
      if (statement.name === 'webhook-targets.load' && ++loads === 1) await held;
      return result;
    };
    try {
      await publish(other, accountId);
      await eventually(() => expect(loads).toBe(1));
      const moved = `${path}-moved`;
      await sql().execute('update webhooks set url = $2, updated_at = now() where id = $1', [
        toUuid(webhook.id),
        receiver.url(moved),
      ]);
      await app.get(ChangeFeed).announce('webhook', webhook.id);
      await receiver.waitFor(1, { path: moved });
      arrive();
      await sleep(200);
      await publish(other, accountId);
      await receiver.waitFor(2, { path: moved });
      expect(receiver.to(path)).toEqual([]);
      expect(targets.peek(webhook.id).url).toBe(receiver.url(moved));
    } finally {
      targets.sql.rows = rows;
    }
  });

  it('keep their heartbeats while every other connection is busy', async () => {
    const hot = app.get(HotPathSql);
    const age = async () =>
      (await sql().rows<{ age: number }>('select max(extract(epoch from now() - heartbeat_at))::float as age from dispatchers'))[0].age; // prettier-ignore
    const busy = Array.from({ length: 8 }, () => hot.execute('select pg_sleep(3.5)'));
    const ages: number[] = [];
    for (let i = 0; i < 17; i += 1) {
      await sleep(200);
      ages.push(await age());
    }
    await Promise.all(busy);
    expect(Math.max(...ages)).toBeLessThan(2.5);
  });
});
