import { errors } from 'undici';
import type { AttemptOutcome } from '../attempt';
import { classifyFailure, describeStatus, timedOut } from './failure';
import { BlockedAddressError } from './guarded-connector';
import { NameLookupError } from './resolver';

const coded = (code: string, message = 'told by its code alone') =>
  Object.assign(new Error(message), { code });
const named = (name: string) => Object.assign(new Error('no code'), { name });

describe('why no answer came', () => {
  it.each<[Error, AttemptOutcome, string]>([
    [coded('ECONNREFUSED'), 'CONNECTION_FAILED', 'ECONNREFUSED'],
    [coded('ECONNRESET'), 'CONNECTION_FAILED', 'ECONNRESET'],
    [coded('EPIPE'), 'CONNECTION_FAILED', 'EPIPE'],
    [coded('EHOSTUNREACH'), 'CONNECTION_FAILED', 'EHOSTUNREACH'],
    [coded('ENOBUFS'), 'CONNECTION_FAILED', 'ENOBUFS'],
    [new errors.SocketError('other side closed'), 'CONNECTION_FAILED', 'UND_ERR_SOCKET'],
    [new errors.ConnectTimeoutError('slow'), 'TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'],
    [new errors.HeadersTimeoutError('slow'), 'TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'],
    [
      Object.assign(new errors.HTTPParserError('bad'), { code: 'HPE_INVALID_CONSTANT' }),
      'INVALID_RESPONSE',
      'HPE_INVALID_CONSTANT',
    ],
    [named('HTTPParserError'), 'INVALID_RESPONSE', 'HTTPParserError'],
    [new errors.HeadersOverflowError('big'), 'INVALID_RESPONSE', 'UND_ERR_HEADERS_OVERFLOW'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'TLS_FAILED', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [coded('CERT_HAS_EXPIRED'), 'TLS_FAILED', 'CERT_HAS_EXPIRED'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'TLS_FAILED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'TLS_FAILED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'TLS_FAILED', 'SELF_SIGNED_CERT_IN_CHAIN'],
    [coded('EPROTO'), 'TLS_FAILED', 'EPROTO'],
    [new NameLookupError('ENOTFOUND', 'nowhere.example'), 'DNS_FAILED', 'ENOTFOUND'],
    [new NameLookupError('ETIMEOUT', 'slow.example'), 'DNS_FAILED', 'ETIMEOUT'],
    [new BlockedAddressError('10.0.0.1'), 'BLOCKED_ADDRESS', 'BLOCKED_ADDRESS'],
    [new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')]), 'CONNECTION_FAILED', 'ECONNREFUSED'],
    [new AggregateError([]), 'CONNECTION_FAILED', 'AggregateError'],
    [new Error('what nobody has thought of'), 'CONNECTION_FAILED', 'Error'],
  ])('%s is %s', (error, outcome, errorCode) => {
    const failure = classifyFailure(error);
    expect(failure).toMatchObject({ outcome, errorCode });
    expect(failure.errorText).toMatch(/^[A-Z].*[.)a-z]$/);
  });

  it('is not told by the text', () => {
    expect(classifyFailure(coded('ECONNRESET', 'certificate has expired')).outcome).toBe('CONNECTION_FAILED');
  });

  it('of TLS is cut to a line', () => {
    const { errorText } = classifyFailure(coded('EPROTO', `${'x'.repeat(500)}\nsecond line`));
    expect(errorText.length).toBeLessThan(230);
    expect(errorText).not.toContain('second');
  });

  it('names the time-out', () =>
    expect(timedOut()).toMatchObject({ outcome: 'TIMEOUT', errorCode: 'TIMEOUT' }));

  it.each([
    [301, /redirects are not followed/],
    [308, /redirects are not followed/],
    [401, /authentication/],
    [404, /no such path/],
    [418, /did not accept/],
    [429, /slow down/],
    [500, /failed/],
    [599, /failed/],
  ])('says what %d means', (status, text) => {
    expect(describeStatus(status)).toMatch(text);
    expect(describeStatus(status)).toContain(String(status));
  });
});
