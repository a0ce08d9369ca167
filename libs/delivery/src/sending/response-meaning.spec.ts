import type { WebhookType } from '@app/webhooks';
import { meaningOf, type ResponseMeaning } from './response-meaning';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const DONE: ResponseMeaning = { kind: 'DONE' };
const RETRY: ResponseMeaning = { kind: 'RETRY' };
const held = (forMs: number): ResponseMeaning => ({ kind: 'HELD', forMs });
const ENDED = { kind: 'ENDED', reason: expect.stringMatching(/\. .*\.$/) as unknown as string } as const;

const TABLE: [WebhookType, number, Record<string, string> | null, string | null, ResponseMeaning][] = [
  ['HTTP', 200, null, null, DONE],
  ['HTTP', 299, null, null, DONE],
  ['HTTP', 301, null, null, RETRY],
  ['HTTP', 403, null, null, RETRY],
  ['HTTP', 404, null, null, RETRY],
  ['HTTP', 410, null, null, ENDED],
  ['HTTP', 429, null, null, RETRY],
  ['HTTP', 429, { 'retry-after': '7' }, null, held(7_000)],
  ['HTTP', 503, { 'retry-after': 'Sat, 28 Nov 2026 12:00:30 GMT' }, null, held(30_000)],
  ['HTTP', 500, { 'retry-after': '7' }, null, RETRY],
  ['SLACK', 200, null, 'ok', DONE],
  ['SLACK', 429, { 'retry-after': '1' }, 'rate_limited', held(1_000)],
  ['SLACK', 429, null, 'rate_limited', held(1_000)],
  ['SLACK', 400, null, 'invalid_payload', RETRY],
  ['SLACK', 403, null, 'action_prohibited', ENDED],
  ['SLACK', 404, null, 'no_service', ENDED],
  ['SLACK', 410, null, 'channel_is_archived', ENDED],
  ['SLACK', 500, null, 'rollup_error', RETRY],
  ['DISCORD', 200, null, '{}', DONE],
  ['DISCORD', 204, null, '', DONE],
  ['DISCORD', 429, { 'retry-after': '1' }, '{"message":"limited","retry_after":0.3521,"global":false}', held(353)],
  ['DISCORD', 429, { 'retry-after': '2' }, 'error code: 1015', held(2_000)],
  ['DISCORD', 429, null, '{"retry_after":"soon"}', held(1_000)],
  ['DISCORD', 429, null, '{"retry_after":864000}', held(3_600_000)],
  ['DISCORD', 401, null, null, ENDED],
  ['DISCORD', 403, null, null, ENDED],
  ['DISCORD', 404, null, '{"code":10015}', ENDED],
  ['TEAMS', 202, null, null, DONE],
  ['TEAMS', 429, null, null, held(1_000)],
  ['TEAMS', 200, null, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x', held(1_000)],
  ['TEAMS', 404, null, null, RETRY],
  ['EMAIL', 250, null, '250 OK', DONE],
  ['EMAIL', 451, null, '451 Greylisted', RETRY],
  ['EMAIL', 550, null, '550 No such user', ENDED],
]; // prettier-ignore

describe('what a response means', () => {
  it.each(TABLE)('%s %d with headers %j and body %j', (type, statusCode, headers, body, expected) => {
    expect(meaningOf(type, { statusCode, headers, body }, NOW)).toEqual(expected);
  });
});
