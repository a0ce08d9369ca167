import { createHmac } from 'node:crypto';
import { SigningService } from '@app/signing';
import { WebhookTarget, type CircuitState, type WebhookAuth } from '@app/webhooks';
import { recordedHeaders, requestHeaders, USER_AGENT } from './request-headers';

const CLOSED: CircuitState = 'CLOSED';
const body = Buffer.from('{"id":"evt_1"}');

const target = ({ secret, previousSecret, ...changes }: { secret?: string; previousSecret?: string; customHeaders?: Record<string, string> | null; auth?: WebhookAuth } = {}) =>
  new WebhookTarget({
    id: 'whk_1', type: 'HTTP', url: 'https://example.com/hook?a=1', shownUrl: 'https://example.com/hook?a=1', status: 'ACTIVE', isDeleted: false, isSuspended: false,
    secrets: [
      ...(secret ? [{ secret, expiresAt: Infinity }] : []),
      ...(previousSecret ? [{ secret: previousSecret, expiresAt: 2_000_000 }] : []),
    ],
    customHeaders: null, auth: null, requestVersion: 0,
    retryPolicy: 'STANDARD', maxConcurrency: null, rateLimitPerSecond: null,
    version: 1, circuitIsOpen: CLOSED !== 'CLOSED', isFailing: false, ...changes,
  }); // prettier-ignore

const signing = new SigningService();

function headersOf(webhook: WebhookTarget, { timestamp = 1_000, test = false } = {}): Record<string, string> {
  return requestHeaders({
    target: webhook, body, eventId: 'evt_1', eventType: 'CALL_FAILED', deliveryId: 'dlv_1', attemptNumber: 3,
    timestamp, test, signatures: signing.sign(webhook.liveSecretsAt(timestamp * 1_000), body, 'evt_1', timestamp),
    authorization: webhook.authorization,
  }); // prettier-ignore
}

describe('the headers of an attempt', () => {
  it('are those of the contract', () => {
    expect(headersOf(target())).toEqual({
      'Content-Type': 'application/json',
      'User-Agent': USER_AGENT,
      'X-Webhook-Event': 'CALL_FAILED',
      'X-Webhook-Delivery': 'dlv_1',
      'X-Webhook-Attempt': '3',
      'webhook-id': 'evt_1',
      'webhook-timestamp': '1000',
    });
  });

  it('say that it is a test only when it is one', () => {
    expect(headersOf(target(), { test: true })).toMatchObject({ 'X-Webhook-Test': 'true' });
    expect(headersOf(target())).not.toHaveProperty('X-Webhook-Test');
  });

  it('sign the exact bytes', () => {
    const headers = headersOf(target({ secret: 'geheim' }));
    expect(headers['X-Webhook-Signature']).toBe(createHmac('sha256', 'geheim').update(body).digest('hex'));
    const standard = createHmac('sha256', 'geheim').update(`evt_1.1000.${body.toString()}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${standard}`);
  });

  it.each([
    [1_999, 2],
    [2_000, 1],
  ])('carry at second %d so many signatures during a rotation that ends at 2,000: %d', (timestamp, count) => {
    const headers = headersOf(target({ secret: 'new', previousSecret: 'old' }), { timestamp });
    expect(headers['webhook-signature'].split(' ')).toHaveLength(count);
    expect(headers['X-Webhook-Signature']).toBe(createHmac('sha256', 'new').update(body).digest('hex'));
    expect(headers['X-Webhook-Signature-Previous']).toBe(
      count === 2 ? createHmac('sha256', 'old').update(body).digest('hex') : undefined,
    );
  });

  it.each([
    'Content-Type', 'content-type', 'USER-AGENT', 'x-webhook-event', 'X-Webhook-Delivery', 'x-webhook-attempt',
    'Webhook-Id', 'WEBHOOK-TIMESTAMP', 'webhook-signature', 'X-WEBHOOK-SIGNATURE', 'x-webhook-test',
    'X-Webhook-signature-PREVIOUS',
  ])('are never replaced by a custom %s, in whatever case', (name) => {
    const facts = { test: true };
    const ours = headersOf(target({ secret: 's' }), facts);
    expect(headersOf(target({ secret: 's', customHeaders: { [name]: 'forged' } }), facts)).toEqual(ours);
  }); // prettier-ignore

  it.each([
    'x-webhook-signature', 'Webhook-Signature', 'X-Webhook-Test', 'x-webhook-Signature-previous',
  ])('hold no custom %s where there is none of ours', (name) => {
    expect(headersOf(target({ customHeaders: { [name]: 'forged' } }))).toEqual(headersOf(target()));
  }); // prettier-ignore

  it('are recorded with the values of the customer’s own masked', () => {
    const custom = { Authorization: 'Bearer top-secret', 'X-Team': 'sales', 'user-agent': 'forged' };
    const headers = headersOf(target({ customHeaders: custom }));
    expect(headers).toMatchObject({ Authorization: 'Bearer top-secret', 'X-Team': 'sales' });
    const recorded = recordedHeaders(headers, {
      target: target({ customHeaders: custom }),
      authorization: null,
    });
    expect(recorded).not.toMatch(/top-secret|sales/);
    expect(JSON.parse(recorded)).toMatchObject({ Authorization: '••••••', 'User-Agent': USER_AGENT });
  });

  it.each<[WebhookAuth, string]>([
    [{ type: 'BEARER', token: 'top-secret' }, 'Bearer top-secret'],
    // RFC 7617, section 2.1.
    [{ type: 'BASIC', username: 'test', password: '123£' }, 'Basic dGVzdDoxMjPCow=='],
  ])('authenticate by %j, which is recorded masked and which no custom header replaces', (auth, value) => {
    const webhook = target({ auth, customHeaders: { authorization: 'forged' } });
    const headers = headersOf(webhook);
    expect(headers).toMatchObject({ Authorization: value });
    expect(JSON.stringify(headers)).not.toContain('forged');
    const recorded = recordedHeaders(headers, { target: webhook, authorization: value });
    expect(JSON.parse(recorded)).toMatchObject({ Authorization: '••••••' });
  });

  it('are recorded as they are when there are no custom ones', () => {
    const headers = headersOf(target());
    expect(JSON.parse(recordedHeaders(headers, { target: target(), authorization: null }))).toEqual(headers);
  });
});
