import { AccountsModule } from '@app/accounts';
import { Sql, toUuid } from '@app/platform';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import {
  behaviours,
  createAccount,
  createWebhook,
  eventInput,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type TestApp,
} from '../support';
import { NameServer } from '../support/name-server';

/**
 * The customer's receiver is on 127.0.0.2, which stands for a public address (it alone is allowed). On 127.0.0.1, at
 * the same port, is something of ours that no customer may reach, by whatever a name server says and when.
 */
describe('a name that leads elsewhere', () => {
  let names: NameServer;
  let theirs: Receiver;
  let ours: Receiver;
  let app: TestApp;

  beforeAll(async () => {
    names = await NameServer.start();
    theirs = await Receiver.start({ host: '127.0.0.2' });
    ours = await Receiver.start({ host: '127.0.0.1', port: theirs.port });
    const env = { ALLOWED_PRIVATE_CIDRS: '127.0.0.2/32', DNS_SERVERS: names.address };
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule], env });
  });
  afterAll(async () => {
    await app?.close();
    await Promise.all([theirs?.stop(), ours?.stop(), names?.stop()]);
  });
  beforeEach(() => {
    theirs.forget();
    // A connection that is kept open stays with whom it was made; each attempt shall look the name up anew.
    theirs.answer(behaviours.status(200, { connection: 'close' }));
  });

  async function accountWithWebhookAt(host: string): Promise<string> {
    const { id } = await createAccount(app);
    await createWebhook(app, id, { url: `http://${host}:${theirs.port}/hook` });
    return id;
  }

  async function publish(accountId: string): Promise<string> {
    const answer = await app.http(PUBLISHER_TOKEN).post('/internal/v1/events', eventInput(accountId));
    expect(answer).toMatchObject({ status: 202, body: { deliveries: 1 } });
    return answer.body.id;
  }

  /** The outcomes of an event's attempts, once there are so many. */
  const outcomes = (eventId: string, count: number): Promise<string[]> =>
    eventually(
      async () => {
        const rows = await app.get(Sql).rows<{ outcome: string }>(
          `select outcome from attempts join deliveries on deliveries.id = attempts.delivery_id
           where event_id = $1 order by number`,
          [toUuid(eventId)],
        );
        expect(rows.length).toBeGreaterThanOrEqual(count);
        return rows.slice(0, count).map(({ outcome }) => outcome);
      },
      { withinMs: 10_000 },
    );

  it('is delivered to while it leads to where it may', async () => {
    names.tell('honest.test', ['127.0.0.2']);
    const event = await publish(await accountWithWebhookAt('honest.test'));
    expect(await outcomes(event, 1)).toEqual(['DELIVERED']);
    expect(theirs.requests).toHaveLength(1);
    expect(theirs.requests[0].headers['host']).toBe(`honest.test:${theirs.port}`);
  });

  it('is blocked at the retry if it has moved inside since the first attempt', async () => {
    names.tell('moving.test', ['127.0.0.2'], ['127.0.0.1']);
    theirs.answer(behaviours.status(500, { connection: 'close' }));
    const event = await publish(await accountWithWebhookAt('moving.test'));
    expect(await outcomes(event, 2)).toEqual(['HTTP_ERROR', 'BLOCKED_ADDRESS']);
    expect(theirs.requests).toHaveLength(1);
    expect(ours.requests).toEqual([]);
  });

  it('is never followed inside if it changes with every look-up', async () => {
    names.tell(
      'flipping.test',
      ...Array.from({ length: 40 }, (_, turn) => [turn % 2 ? '127.0.0.1' : '127.0.0.2']),
    );
    const account = await accountWithWebhookAt('flipping.test');
    const seen: string[] = [];
    for (let turn = 0; turn < 10; turn++) seen.push(...(await outcomes(await publish(account), 1)));
    expect(new Set(seen)).toEqual(new Set(['DELIVERED', 'BLOCKED_ADDRESS']));
    expect(names.asked.get('flipping.test')).toBeGreaterThanOrEqual(10);
    expect(ours.requests).toEqual([]);
  });

  it('is delivered to its allowed address if others are inside, whichever comes first', async () => {
    names
      .tell('inside-last.test', ['127.0.0.2', '127.0.0.1'])
      .tell('inside-first.test', ['127.0.0.1', '127.0.0.2']);
    for (const host of ['inside-last.test', 'inside-first.test']) {
      expect(await outcomes(await publish(await accountWithWebhookAt(host)), 1)).toEqual(['DELIVERED']);
    }
    expect(theirs.requests).toHaveLength(2);
    expect(ours.requests).toEqual([]);
  });

  it.each(['10.0.0.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '192.168.1.1'])(
    'is blocked at once if it leads to %s',
    async (address) => {
      const host = `${address.replaceAll('.', '-')}.test`;
      names.tell(host, [address]);
      const startedAt = Date.now();
      expect(await outcomes(await publish(await accountWithWebhookAt(host)), 1)).toEqual(['BLOCKED_ADDRESS']);
      // Nothing was connected to, or an address that answers nothing would have taken its 10 s.
      expect(Date.now() - startedAt).toBeLessThan(8_000);
    },
  );

  it('fails as a name without an address if it has none', async () => {
    expect(await outcomes(await publish(await accountWithWebhookAt('nowhere.test')), 1)).toEqual([
      'DNS_FAILED',
    ]);
  });
});
