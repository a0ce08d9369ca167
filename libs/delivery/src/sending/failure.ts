import type { AttemptOutcome } from '../attempt';
import { BlockedAddressError } from './guarded-connector';
import { NameLookupError } from './resolver';

/** Why no answer came, told by the error's code, never by its text. */
export interface Failure {
  outcome: AttemptOutcome;
  errorCode: string;
  errorText: string;
}

const CONNECTION_TEXTS: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused: nothing listens at that address and port.',
  ECONNRESET: 'The connection was reset before an answer came.',
  EPIPE: 'The connection was closed while the request was being sent.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network of the host cannot be reached.',
  ETIMEDOUT: 'The connection could not be made in time.',
  UND_ERR_SOCKET: 'The connection was closed before an answer came.',
};

const TIMEOUT_CODES = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const BAD_ANSWER_CODES = /^(HPE_|HTTPParserError$|UND_ERR_(HEADERS_OVERFLOW|RES_|NOT_SUPPORTED|RESPONSE))/;
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|CRL_|ERROR_IN_CERT)/;

/** Names an error that an attempt ended with. */
export function classifyFailure(error: Error & { code?: string; errors?: Error[] }): Failure {
  // Happy Eyeballs tried several addresses: they failed for a reason of their own, of which one is enough.
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return classifyFailure(error.errors[0]);
  const code = error.code ?? error.name;
  if (error instanceof BlockedAddressError) {
    return { outcome: 'BLOCKED_ADDRESS', errorCode: code, errorText: error.message };
  }
  if (error instanceof NameLookupError)
    return { outcome: 'DNS_FAILED', errorCode: code, errorText: error.message };
  if (TIMEOUT_CODES.has(code)) return timedOut(code);
  if (BAD_ANSWER_CODES.test(code)) {
    return { outcome: 'INVALID_RESPONSE', errorCode: code, errorText: 'The answer was not valid HTTP.' };
  }
  if (TLS_CODES.test(code)) {
    return {
      outcome: 'TLS_FAILED',
      errorCode: code,
      errorText: `TLS failed: ${error.message.split('\n')[0].slice(0, 200)}`,
    };
  }
  const errorText = CONNECTION_TEXTS[code] ?? `The connection failed (${code}).`;
  return { outcome: 'CONNECTION_FAILED', errorCode: code, errorText };
}

export function timedOut(errorCode = 'TIMEOUT'): Failure {
  return {
    outcome: 'TIMEOUT',
    errorCode,
    errorText: 'No answer came within 10 s of the start of the attempt.',
  };
}

const SENTENCES: Record<number, string> = {
  401: 'The server wants authentication: is a header of the webhook missing or wrong?',
  403: 'The server refused the request.',
  404: 'The server knows no such path.',
  405: 'The server takes no POST at this path.',
  410: 'The server says that this path is gone for good.',
  413: 'The server found the body too large.',
  429: 'The server asked us to slow down.',
};

/** What an answer outside of 200-299 says, for people. */
export function describeStatus(status: number): string {
  if (status >= 300 && status < 400)
    return `The server answered ${status}, a redirect; redirects are not followed.`;
  const sentence =
    SENTENCES[status] ?? (status >= 500 ? 'The server failed.' : 'The server did not accept the request.');
  return `The server answered ${status}. ${sentence}`;
}
