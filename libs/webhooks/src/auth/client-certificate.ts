import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** In characters: a chain of some certificates. */
const MAX_PEM = 32_768;
const WARN_BEFORE_MS = 30 * 24 * 3_600_000;

/** Why a text is no list of PEM certificates, or null. */
export function certificateError(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > MAX_PEM) return `must be at most ${MAX_PEM.toLocaleString('en')} characters`;
  try {
    createSecureContext({ cert: value });
    new X509Certificate(value);
    return null;
  } catch {
    return 'must be a certificate in PEM';
  }
}

/** Why a text is no PEM private key without a passphrase, or null. */
export function keyError(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > MAX_PEM) return `must be at most ${MAX_PEM.toLocaleString('en')} characters`;
  try {
    createPrivateKey(value);
    return null;
  } catch {
    return 'must be a private key in PEM, without a passphrase';
  }
}

/** Why a certificate that parses and a key that parses cannot be used together, or null. */
export function pairError(certificate: string, key: string): string | null {
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'does not belong to the certificate';
  return null;
}

/** What may be shown of a certificate. */
export interface ShownCertificate {
  /** E.g. `CN=client`; several parts are separated by commas. */
  subject: string;
  /** ISO 8601. */
  expiresAt: string;
}

export function shownCertificate(certificate: string): ShownCertificate {
  const { subject, validTo } = new X509Certificate(certificate);
  return { subject: subject.split('\n').join(', '), expiresAt: new Date(validTo).toISOString() };
}

/** Something to do about a certificate soon, in a sentence; null if there is nothing. */
export function expiryWarning({ expiresAt }: ShownCertificate, now: number): string | null {
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return `has a certificate that expired at ${expiresAt}: replace it`;
  return left < WARN_BEFORE_MS
    ? `has a certificate that expires at ${expiresAt}, in less than 30 days: replace it`
    : null;
}
