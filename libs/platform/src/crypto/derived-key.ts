import { createHash, hkdfSync } from 'node:crypto';

/**
 * A key for one purpose, derived from an encryption key (HKDF-SHA-256). What one purpose reveals says nothing about the
 * others, and nothing about the encryption key.
 * @param encryptionKey 32 bytes in base64, as `ENCRYPTION_KEY` has it.
 * @param purpose never changes: everything that was made with the derived key would be lost.
 */
export function derivedKey(encryptionKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(encryptionKey, 'base64'), '', purpose, 32));
}

/** Tells encryption keys apart without revealing them. */
export function encryptionKeyId(encryptionKey: string): string {
  return createHash('sha256').update(Buffer.from(encryptionKey, 'base64')).digest('hex').slice(0, 8);
}
