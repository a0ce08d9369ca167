import { isOwnRequest } from './own-requests';

describe('a request that this service sent itself', () => {
  it.each<[string, Record<string, string>]>([
    ['its User-Agent', { 'user-agent': 'SkipCalls-Webhooks/1.0' }],
    ['another version', { 'user-agent': 'SkipCalls-Webhooks/27.3-beta' }],
    ['another casing', { 'user-agent': 'SKIPCALLS-webhooks/1.0' }],
    ['a User-Agent that a proxy has added to', { 'user-agent': 'SkipCalls-Webhooks/1.0 via Relay/2' }],
    ['a User-Agent that a proxy has put in front', { 'user-agent': 'Relay/2 (SkipCalls-Webhooks/1.0)' }],
    ['User-Agents that were joined', { 'user-agent': 'Relay/2,SkipCalls-Webhooks/1.0' }],
    ['its delivery, behind a proxy that replaces User-Agent', { 'user-agent': 'Amazon CloudFront', 'x-webhook-delivery': 'dlv_0199a3c2' }],
    ['its event, behind a proxy that also drops X- headers', { 'user-agent': 'proxy', 'webhook-id': 'evt_0199a3c2' }],
    ['ids in upper case', { 'x-webhook-delivery': 'DLV_0199A3C2' }],
    ['ids that came twice', { 'x-webhook-delivery': 'x, dlv_0199a3c2' }],
  ])('is known by %s', (_, headers) => expect(isOwnRequest(headers)).toBe(true)); // prettier-ignore

  it.each<[string, Record<string, string>]>([
    ['no header at all', {}],
    ['a browser', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }],
    ['an SDK of ours', { 'user-agent': 'skipcalls-webhooks-sdk/1.0 node/22' }],
    ['a product that ends like ours', { 'user-agent': 'Not-SkipCalls-Webhooks/1.0' }],
    ['the webhook of another service', { 'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', 'x-webhook-event': 'x' }],
  ])('is not taken for one because of %s', (_, headers) => expect(isOwnRequest(headers)).toBe(false)); // prettier-ignore
});
