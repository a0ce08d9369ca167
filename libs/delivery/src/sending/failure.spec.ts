import type { AttemptOutcome } from '../attempt';
import { classifyFailure, describeStatus, timedOut } from './failure';
import { BlockedAddressError, TlsHandshakeError } from './guarded-connector';
import { ConnectionClosedError } from './http-connection';
import { NameLookupError } from './resolver';
import { MalformedResponseError } from './response-parser';

/** The text of a library, which no customer may see. */
const LIBRARY_TEXT = 'connect 0xdeadbeef SSL routines:ssl3_read_bytes';
const coded = (code: string) => Object.assign(new Error(LIBRARY_TEXT), { code });

describe('why an attempt failed', () => {
  it.each<[Error, AttemptOutcome, string, RegExp]>([
    [coded('ECONNREFUSED'), 'CONNECTION_FAILED', 'ECONNREFUSED', /refused/],
    [coded('ECONNRESET'), 'CONNECTION_FAILED', 'ECONNRESET', /reset/],
    [coded('EPIPE'), 'CONNECTION_FAILED', 'EPIPE', /closed/],
    [coded('EHOSTUNREACH'), 'CONNECTION_FAILED', 'EHOSTUNREACH', /route/],
    [coded('ENETUNREACH'), 'CONNECTION_FAILED', 'ENETUNREACH', /route/],
    [coded('ETIMEDOUT'), 'CONNECTION_FAILED', 'ETIMEDOUT', /respond/],
    [coded('ENOBUFS'), 'CONNECTION_FAILED', 'ENOBUFS', /connection failed/],
    [new ConnectionClosedError(), 'CONNECTION_FAILED', 'CONNECTION_CLOSED', /without sending a response/],
    [new MalformedResponseError('NOT_HTTP'), 'INVALID_RESPONSE', 'NOT_HTTP', /not an HTTP response/],
    [new MalformedResponseError('TLS_ON_HTTP_PORT'), 'INVALID_RESPONSE', 'TLS_ON_HTTP_PORT', /https/],
    [coded('CERT_HAS_EXPIRED'), 'TLS_FAILED', 'CERT_HAS_EXPIRED', /expired/],
    [new TlsHandshakeError(coded('ECONNRESET')), 'TLS_FAILED', 'ECONNRESET', /during the TLS handshake/],
    [new TlsHandshakeError(coded('EUNKNOWN')), 'TLS_FAILED', 'EUNKNOWN', /No TLS connection/],
    [new NameLookupError('ENOTFOUND', 'nowhere.example'), 'DNS_FAILED', 'ENOTFOUND', /nowhere\.example does not exist/],
    [new NameLookupError('ESERVFAIL', 'broken.example'), 'DNS_FAILED', 'ESERVFAIL', /name servers of broken\.example/],
    [new NameLookupError('EBADNAME', 'a..b'), 'DNS_FAILED', 'EBADNAME', /not a valid name/],
    [new BlockedAddressError('10.0.0.1'), 'BLOCKED_ADDRESS', 'BLOCKED_ADDRESS', /10\.0\.0\.1 is private/],
    [new Error(LIBRARY_TEXT), 'CONNECTION_FAILED', 'UNKNOWN', /connection failed/],
  ])('is named by the type and code of its error: case %#', (error, outcome, errorCode, text) => {
    const failure = classifyFailure(error);
    expect(failure).toMatchObject({ outcome, errorCode });
    expect(failure.errorText).toMatch(text);
    expect(failure.errorText).toMatch(/^[A-Z].*\.$/);
    expect(failure.errorText).not.toMatch(/0x|routines/);
  }); // prettier-ignore

  it('names what took too long', () => {
    for (const stage of ['LOOKUP', 'CONNECT', 'TLS', 'RESPONSE'] as const)
      expect(timedOut(stage)).toMatchObject({ outcome: 'TIMEOUT', errorText: expect.stringMatching(/10 s/) });
  });

  it.each([
    [301, /Redirects are not followed/],
    [308, /Redirects are not followed/],
    [401, /authentication/],
    [404, /nothing at this path/],
    [418, /^The server returned 418\.$/],
    [429, /too many requests/],
    [500, /^The server returned 500\.$/],
  ])('says what %d means, once', (status, text) => {
    expect(describeStatus(status)).toMatch(text);
    expect(describeStatus(status).match(/\d{3}/g)).toEqual([String(status)]);
  });
});
