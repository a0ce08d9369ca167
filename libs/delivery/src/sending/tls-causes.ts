/** What a TLS error's code means, in a sentence for the customer. The first pattern that matches counts. */
const CAUSES: [RegExp, string][] = [
  [/^CERT_HAS_EXPIRED$/, 'The certificate of the server has expired.'],
  [/^CERT_NOT_YET_VALID$/, 'The certificate of the server is not valid yet.'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'The certificate of the server was issued for another host name.'],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'The certificate of the server is self-signed.'],
  [/^SELF_SIGNED_CERT_IN_CHAIN$/, 'The certificate of the server was issued by an authority that is not publicly trusted.'],
  [/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/, 'The certificate of the server cannot be verified: an intermediate certificate is missing, or its issuer is not publicly trusted.'],
  [/^CERT_REVOKED$/, 'The certificate of the server was revoked.'],
  [/^(CERT_|CRL_|DEPTH_|INVALID_|PATH_LENGTH|SELF_SIGNED|UNABLE_TO_|ERROR_IN_|ERR_SSL_(EE_KEY|CA_KEY|CA_MD|BAD_)|ERR_OSSL)/, 'The certificate of the server is not valid.'],
  [/CERTIFICATE_REQUIRED$/, 'The server requires a client certificate.'],
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)$/, 'The server did not accept our client certificate, or requires one.'],
  [/(ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW)$/, 'The server supports only TLS versions that are too old: TLS 1.2 or newer is required.'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE)$/, 'The server does not use TLS at this port: it sends plain text, such as HTTP.'],
  [/UNRECOGNIZED_NAME$/, 'The server has no certificate for this host name.'],
  [/(HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|DH_KEY_TOO_SMALL|ILLEGAL_PARAMETER|NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE)$/, 'The server rejected the TLS handshake: it supports no common encryption, or requires a client certificate.'],
  [/NO_APPLICATION_PROTOCOL$/, 'The server does not offer HTTP/1.1 over TLS at this port.'],
]; // prettier-ignore

/** Codes of the connection that mean something else while TLS is being agreed on. */
const HANDSHAKE_CAUSES: Record<string, string> = {
  ECONNRESET: 'The server closed the connection during the TLS handshake.',
  EPIPE: 'The server closed the connection during the TLS handshake.',
};

/** @returns null if the code has nothing to do with TLS. */
export function tlsCause(code: string, isHandshake: boolean): string | null {
  const cause = CAUSES.find(([pattern]) => pattern.test(code))?.[1];
  if (cause) return cause;
  if (isHandshake) return HANDSHAKE_CAUSES[code] ?? 'No TLS connection could be agreed on with the server.';
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$)/.test(code) ? 'The TLS connection to the server failed.' : null;
}
