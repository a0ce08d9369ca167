import { createHmac } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { AccountsModule } from '@app/accounts';
import { FormatterRegistry, parseCallData, PAYLOAD_FORMATS, type PayloadFormat } from '@app/formatting';
import { Sql, toUuid } from '@app/platform';
import { generateSecret, verify } from '@app/signing';
import { WebhooksModule } from '@app/webhooks';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { callFixtures, type CallFixture } from '../fixtures/calls';
import {
  createAccount,
  createWebhook,
  eventually,
  PUBLISHER_TOKEN,
  Receiver,
  startApp,
  type ReceivedRequest,
  type TestApp,
} from '../support';

/** Each call record through the real publishing route, PostgreSQL and HTTP, to a receiver of either format. */
describe('a real call record', () => {
  const occurredAt = new Date('2026-11-20T18:00:00.123Z');
  const secret = generateSecret();
  let app: TestApp;
  let receiver: Receiver;
  let accountId: string;

  beforeAll(async () => {
    app = await startApp({ modules: [DispatcherModule, WebhooksModule, AccountsModule] });
    receiver = await Receiver.start();
    accountId = (await createAccount(app)).id;
    for (const format of PAYLOAD_FORMATS) {
      await createWebhook(app, accountId, { url: receiver.url(`/${format}`), format, secret });
    }
  });
  afterAll(async () => {
    await receiver?.stop();
    await app?.close();
  });

  async function published({ type, data }: CallFixture): Promise<string> {
    const event = { accountId, type, occurredAt: occurredAt.toISOString(), data };
    const answer = await app.http(PUBLISHER_TOKEN).post<{ id: string }>('/internal/v1/events', event);
    expect(answer).toMatchObject({ status: 202, body: { deliveries: 2, duplicate: false } });
    return answer.body.id;
  }

  const received = (eventId: string, format: PayloadFormat): Promise<ReceivedRequest> =>
    eventually(() => {
      const requests = receiver.to(`/${format}`).filter(({ headers }) => headers['webhook-id'] === eventId);
      expect(requests).toHaveLength(1);
      return requests[0];
    });

  it.each(callFixtures().map((call) => [call.name, call] as const))(
    '%s arrives in both formats, byte for byte as it is to be rendered, and rightly signed',
    async (_name, call) => {
      const id = await published(call);
      const parsed = parseCallData(call.data);
      const data = parsed.ok ? parsed.json : '';
      const [stored] = await app
        .get(Sql)
        .rows<{ data: string }>('select data from events where id = $1', [toUuid(id)]);
      expect(stored.data === data).toBe(true);

      for (const format of PAYLOAD_FORMATS) {
        const { body, headers } = await received(id, format);
        const formatter = new FormatterRegistry().get(format);
        const expected = formatter.render({ id, type: call.type, occurredAt, data, test: false });
        expect(body.equals(expected)).toBe(true);
        expect(headers['content-length']).toBe(String(expected.length));
        expect(headers['x-webhook-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
        // Three judges: ours, that of Standard Webhooks, and what they read.
        const payload = verify(body, headers, secret);
        expect(payload).toEqual(new StandardWebhook(secret).verify(body, headers));
        expect(payload).toEqual(JSON.parse(expected.toString('utf8')));
      }
    },
  );
});
