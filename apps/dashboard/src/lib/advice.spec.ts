import { adviceFor, outcomeName } from './advice';

const failure = (outcome: string, statusCode: number | null = null, code: string | null = null) => ({
  outcome,
  statusCode,
  error: { code, text: 'What our log says.' },
});

describe('advice on a failed attempt', () => {
  it.each([
    [failure('HTTP_ERROR', 301), /final URL/],
    [failure('HTTP_ERROR', 307), /final URL/],
    [failure('HTTP_ERROR', 401), /Authorization/],
    [failure('HTTP_ERROR', 418), /200 to 299/],
    [failure('HTTP_ERROR', 500), /log/],
    [failure('TIMEOUT'), /background task/],
    [failure('DNS_FAILED', null, 'ENOTFOUND'), /typing errors/],
    [failure('BLOCKED_ADDRESS'), /tunnel/],
    [{ statusCode: null, error: { code: 'TIMEOUT', text: null } }, /background task/],
    [{ statusCode: null, error: { code: 'ECONNREFUSED', text: null } }, /firewall/],
    [{ statusCode: null, error: { code: 'ENOTFOUND', text: null } }, /typing errors/],
    [{ statusCode: null, error: { code: 'CERT_HAS_EXPIRED', text: null } }, /certificate/],
    [{ statusCode: null, error: { code: 'NOT_HTTP', text: null } }, /web server/],
    [{ statusCode: null, error: { code: 'CONNECTION_CLOSED', text: null } }, /firewall/],
    [{ statusCode: null, error: { code: 'CONNECT_TIMEOUT', text: null } }, /background task/],
    [{ statusCode: null, error: { code: 'NO_RESPONSE', text: null } }, /background task/],
    [{ statusCode: null, error: { code: 'BLOCKED_ADDRESS', text: null } }, /tunnel/],
  ])('of %j says what to do', (attempt, todo) => expect(adviceFor(attempt).todo).toMatch(todo));

  it('falls back to the words of the attempt where it knows nothing better', () => {
    expect(adviceFor({ statusCode: null, error: { code: 'EODD', text: 'Something odd.' } }).title).toBe(
      'Something odd.',
    );
  });

  it('has a name for each outcome, and shows one that is new as it is', () => {
    expect(outcomeName('TIMEOUT')).toBe('Timed out');
    expect(outcomeName('SOMETHING_NEW')).toBe('SOMETHING_NEW');
  });
});
