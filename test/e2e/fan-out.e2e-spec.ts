import { AccountsModule } from '@app/accounts';
import { newId, Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { EventStore } from '@app/events';
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

const EVENTS = '/internal/v1/events';
const BATCH = '/internal/v1/events/batch';

jest.setTimeout(60_000);

describe('an event that goes to many webhooks', () => {
  let app: TestApp;
  let receiver: Receiver;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  /** An account with as many webhooks as a raised limit allows. */
  async function accountWith(webhooks: number, path: string): Promise<string> {
    const { id } = await createAccount(app);
    const { id: first } = await createWebhook(app, id, { url: receiver.url(path) });
    const columns = (
      await app
        .get(Sql)
        .rows<{ name: string }>(
          `select column_name as name from information_schema.columns where table_name = 'webhooks' and is_generated = 'NEVER' and column_name <> 'id'`,
        )
    ).map(({ name }) => name);
    await app.get(Sql).execute(
      `insert into webhooks (id, ${columns.join()})
       select uuid_generate_v7(), ${columns.join()} from webhooks, generate_series(2, $2::int) where id = $1`,
      [toUuid(first), webhooks],
    );
    return id;
  }
  const deliveriesOf = (accountId: string) =>
    app.get(Sql).rows<{ event_id: string; webhook_id: string }>('select event_id, webhook_id from deliveries where account_id = $1', [toUuid(accountId)]); // prettier-ignore
  const fanoutsOf = (accountId: string) =>
    app.get(Sql).rows('select done from event_fanouts where account_id = $1', [toUuid(accountId)]);
  const publish = (accountId: string, changes = {}) =>
    app.http(PUBLISHER_TOKEN).post(EVENTS, eventInput(accountId, changes));

  it.each([100, 101, 1_250])('is sent to each of %d once, and the 202 says to how many', async (webhooks) => {
    const accountId = await accountWith(webhooks, `/many-${webhooks}`);
    const accepted = await publish(accountId, { idempotencyKey: 'once' });
    expect(accepted).toMatchObject({ status: 202, body: { deliveries: webhooks, duplicate: false } });
    expect((await publish(accountId, { idempotencyKey: 'once' })).body).toEqual({
      ...accepted.body,
      duplicate: true,
    });
    await receiver.waitFor(webhooks, { path: `/many-${webhooks}`, withinMs: 45_000 });
    const deliveries = await deliveriesOf(accountId);
    expect(deliveries).toHaveLength(webhooks);
    expect(new Set(deliveries.map(({ webhook_id }) => webhook_id)).size).toBe(webhooks);
    await eventually(async () => expect(await fanoutsOf(accountId)).toEqual([]));
  });

  it('gets the deliveries that its dispatcher had not made when it was killed', async () => {
    const accountId = await accountWith(300, '/left');
    const id = toUuid(newId('evt'));
    const data = JSON.stringify(eventInput(accountId).data);
    // As after kill -9 between two chunks.
    await app
      .get(Sql)
      .execute(
        `insert into events (id, account_id, type, call_id, occurred_at, data) values ($1, $2, 'CALL_COMPLETED', 'call_left', now(), $3)`,
        [id, toUuid(accountId), data],
      );
    await app.get(Sql).execute(
      `insert into event_fanouts (event_id, account_id, webhook_ids, done, touched_at)
       select $1, account_id, array_agg(id order by id), 100, now() - interval '1 minute' from webhooks where account_id = $2 group by account_id`,
      [id, toUuid(accountId)],
    );
    await receiver.waitFor(200, { path: '/left', withinMs: 45_000 });
    expect(await deliveriesOf(accountId)).toHaveLength(200);
    await eventually(async () => expect(await fanoutsOf(accountId)).toEqual([]));
  });

  it('goes to the webhooks of the moment of its commit, also if one is paused before its delivery is made', async () => {
    const accountId = await accountWith(150, '/moment');
    const fanOut = jest.spyOn(app.get(EventStore), 'commit');
    fanOut.mockImplementationOnce(async (...args) => {
      fanOut.mockRestore();
      const results = await app.get(EventStore).commit(...args);
      await app
        .get(Sql)
        .execute(`update webhooks set status = 'PAUSED' where account_id = $1`, [toUuid(accountId)]);
      return results;
    });
    expect((await publish(accountId)).body.deliveries).toBe(150);
    await eventually(async () => expect(await deliveriesOf(accountId)).toHaveLength(150));
  });

  it('is committed with few others, so that a commit stays short', async () => {
    const accountId = await accountWith(100, '/heavy');
    await publish(accountId);
    const commit = jest.spyOn(app.get(EventStore), 'commit');
    try {
      const events = Array.from({ length: 60 }, () => eventInput(accountId));
      const { body } = await app.http(PUBLISHER_TOKEN).post(BATCH, { events });
      expect(body.results.every(({ deliveries }: any) => deliveries === 100)).toBe(true);
      const sizes = commit.mock.calls.map(([group]) => group.length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(60);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(11);
    } finally {
      commit.mockRestore();
    }
  });

  it('is committed apart from those of other accounts', async () => {
    const wide = await accountWith(500, '/wide');
    const { id: other } = await createAccount(app);
    await publish(wide);
    const commit = jest.spyOn(app.get(EventStore), 'commit');
    try {
      await Promise.all([wide, other, wide, other, wide].map((accountId) => publish(accountId)));
      const groups = commit.mock.calls.map(([group]) => new Set(group.map(({ accountId }) => accountId)));
      expect(groups.filter((accounts) => accounts.size > 1)).toEqual([]);
    } finally {
      commit.mockRestore();
    }
  });
});
