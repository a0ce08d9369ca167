import type { AttemptOutcome } from '../attempt';
import { BlockedAddressError, TlsHandshakeError } from './guarded-connector';
import type { Stage } from './http-connection';
import { NameLookupError } from './resolver';
import { MalformedResponseError } from './response-parser';
import { tlsCause } from './tls-causes';

/** Why an attempt failed. */
export interface Failure {
  outcome: AttemptOutcome;
  /** A stable code, for programs. */
  errorCode: string;
  /** A sentence for the customer. Never the text of a library. */
  errorText: string;
}

const CONNECTION_TEXTS: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused: no server listens at this address and port.',
  ECONNRESET: 'The server reset the connection before it sent a response.',
  EPIPE: 'The server closed the connection while the request was being sent.',
  EHOSTUNREACH: 'No route leads to the server’s address.',
  ENETUNREACH: 'No route leads to the network of the server’s address.',
  EADDRNOTAVAIL: 'No connection could be made to the server’s address from our network.',
  ETIMEDOUT: 'The server did not respond to the connection request.',
  CONNECTION_CLOSED: 'The server closed the connection without sending a response.',
};

const RESPONSE_TEXTS: Record<MalformedResponseError['code'], string> = {
  NOT_HTTP: 'What the server sent is not an HTTP response.',
  TLS_ON_HTTP_PORT: 'The server expects TLS at this port: the URL must begin with https://.',
  HEADERS_TOO_LARGE: 'The headers of the response are larger than 256 KiB.',
  MALFORMED_BODY: 'The body of the response is not encoded as its headers say.',
};

const LOOKUP_TEXTS: Record<NameLookupError['code'], (name: string) => string> = {
  ENOTFOUND: (name) => `The host name ${name} does not exist or has no address.`,
  ESERVFAIL: (name) => `The name servers of ${name} reported an error or could not be reached.`,
  EBADNAME: (name) => `The host name ${name} is not a valid name.`,
};

const TIMEOUT_TEXTS: Record<Stage, [code: string, text: string]> = {
  LOOKUP: ['LOOKUP_TIMEOUT', 'The host name could not be looked up within 10 s: its name servers did not respond.'],
  CONNECT: ['CONNECT_TIMEOUT', 'The server did not accept a connection within 10 s of the start of the attempt.'],
  TLS: ['TLS_TIMEOUT', 'The server did not complete the TLS handshake within 10 s of the start of the attempt.'],
  RESPONSE: ['TIMEOUT', 'The server did not respond within 10 s of the start of the attempt.'],
}; // prettier-ignore

/** Says by an error's type and code, never by its text, why an attempt failed. */
export function classifyFailure(error: Error & { code?: string }): Failure {
  const code = error.code ?? 'UNKNOWN';
  if (error instanceof BlockedAddressError) {
    const errorText = `The address ${error.address} is private or otherwise not public, so nothing was sent.`;
    return { outcome: 'BLOCKED_ADDRESS', errorCode: code, errorText };
  }
  if (error instanceof NameLookupError)
    return { outcome: 'DNS_FAILED', errorCode: code, errorText: LOOKUP_TEXTS[error.code](error.hostname) };
  if (error instanceof MalformedResponseError)
    return { outcome: 'INVALID_RESPONSE', errorCode: code, errorText: RESPONSE_TEXTS[error.code] };
  const tls = tlsCause(code, error instanceof TlsHandshakeError);
  if (tls) return { outcome: 'TLS_FAILED', errorCode: code, errorText: tls };
  const errorText = CONNECTION_TEXTS[code] ?? 'The connection failed before the server sent a response.';
  return { outcome: 'CONNECTION_FAILED', errorCode: code, errorText };
}

/** @param stage what was being waited for when the time was up. */
export function timedOut(stage: Stage): Failure {
  const [errorCode, errorText] = TIMEOUT_TEXTS[stage];
  return { outcome: 'TIMEOUT', errorCode, errorText };
}

const STATUS_TEXTS: Record<number, string> = {
  401: 'It asks for authentication: a header of the webhook may be missing or wrong.',
  403: 'It refused the request.',
  404: 'It has nothing at this path.',
  405: 'It does not accept the request’s method at this path.',
  408: 'It waited too long for the request.',
  410: 'It says that this path was removed for good.',
  413: 'The body of the request is too large for it.',
  415: 'It does not accept the request’s content type.',
  429: 'It receives too many requests.',
  503: 'It is temporarily unavailable.',
};

/** What a status outside of 200-299 means, in a sentence or two for the customer. */
export function describeStatus(status: number): string {
  if (status >= 300 && status < 400)
    return `The server returned ${status}, a redirect. Redirects are not followed.`;
  const reason = STATUS_TEXTS[status];
  return reason ? `The server returned ${status}. ${reason}` : `The server returned ${status}.`;
}
