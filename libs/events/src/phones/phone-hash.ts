import { createHmac } from 'node:crypto';
import { derivedKey } from '@app/platform';

/** The last digits identify the number: the same with and without country code, national zero, or an extension's dash. */
const SIGNIFICANT_DIGITS = 8;
const MIN_DIGITS = 6;

/** The key under which phone numbers are hashed; it cannot be learned without ENCRYPTION_KEY. */
export function phoneKey(encryptionKey: string): Buffer {
  return derivedKey(encryptionKey, 'phone number search');
}

/**
 * A number as the index stores it: a signed 64-bit integer, as text. Null for what is no phone number
 * ("anonymous", a SIP address).
 */
export function phoneHash(key: Buffer, number: string | null): string | null {
  const digits = number?.replace(/\D/g, '') ?? '';
  if (digits.length < MIN_DIGITS || number?.includes('@')) return null;
  return createHmac('sha256', key)
    .update(digits.slice(-SIGNIFICANT_DIGITS))
    .digest()
    .readBigInt64BE(0)
    .toString();
}
