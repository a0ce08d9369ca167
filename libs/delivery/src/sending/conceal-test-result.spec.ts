import type { AttemptResult } from '../attempt';
import { concealedTestResult } from './conceal-test-result';

const result = (changes: Partial<AttemptResult>): AttemptResult => ({
  outcome: 'CONNECTION_FAILED', startedAt: 1_000, durationMs: 2, statusCode: null, errorCode: 'ECONNREFUSED',
  errorText: 'The connection was refused.', requestUrl: 'http://example.com/', requestHeaders: '{}',
  responseHeaders: null, responseBody: null, responseTruncated: false, retryAfterMs: null, ...changes,
}); // prettier-ignore

describe('the result of a test without an HTTP response', () => {
  it.each<Partial<AttemptResult>>([
    { errorCode: 'ECONNREFUSED' },
    { errorCode: 'ECONNRESET', durationMs: 7 },
    { errorCode: 'EHOSTUNREACH', durationMs: 3_071 },
    { outcome: 'TIMEOUT', errorCode: 'TIMEOUT', durationMs: 10_003 },
    {
      outcome: 'BLOCKED_ADDRESS',
      errorCode: 'BLOCKED_ADDRESS',
      errorText: 'The address 10.0.0.1 is private.',
    },
  ])('is the same for %j as for a refused connection', (changes) => {
    const concealed = concealedTestResult(result(changes));
    expect(concealed).toEqual(concealedTestResult(result({})));
    expect(JSON.stringify(concealed)).not.toMatch(/refused\.|10\.0\.0\.1|ECONN/);
  });

  it.each<Partial<AttemptResult>>([
    { outcome: 'DELIVERED', statusCode: 200, errorCode: null },
    { outcome: 'HTTP_ERROR', statusCode: 500, errorCode: 'HTTP_500' },
    { outcome: 'DNS_FAILED', errorCode: 'ENOTFOUND' },
    { outcome: 'TLS_FAILED', errorCode: 'CERT_HAS_EXPIRED' },
  ])('of %j is shown as it is', (changes) => expect(concealedTestResult(result(changes))).toBeNull());
});
