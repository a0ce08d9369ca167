import { createHmac } from 'node:crypto';
import type { Config } from '../config/config';
import { derivedKey, encryptionKeyId } from './derived-key';

const KEY_ID_BYTES = 4;

/**
 * Tells whether a text is the same as one before, without storing it. A fingerprint is 4 bytes of the encryption key's id
 * and an HMAC-SHA-256 with a key that is derived from it for one purpose: without the key, nobody can try out texts.
 */
export class Fingerprints {
  private readonly keys: { id: Buffer; key: Buffer }[];

  /** @param purpose never changes; see `derivedKey`. */
  constructor(config: Config, purpose: string) {
    this.keys = [config.ENCRYPTION_KEY, ...config.PREVIOUS_ENCRYPTION_KEYS].map((encoded) => ({
      id: Buffer.from(encryptionKeyId(encoded), 'hex'),
      key: derivedKey(encoded, purpose),
    }));
  }

  /** By the present key. */
  of(text: string): Buffer {
    return this.all(text)[0];
  }

  /** By each key that is configured, the present one first. */
  all(text: string): Buffer[] {
    return this.keys.map(({ id, key }) =>
      Buffer.concat([id, createHmac('sha256', key).update(text).digest()]),
    );
  }

  /** The key ids that a fingerprint can begin with; one that begins otherwise cannot be compared. */
  get keyIds(): Buffer[] {
    return this.keys.map(({ id }) => id);
  }

  /** Whether a stored fingerprint is that of a text; null when its key is no longer configured. */
  matches(stored: Buffer, text: string): boolean | null {
    const id = stored.subarray(0, KEY_ID_BYTES);
    if (!this.keyIds.some((known) => known.equals(id))) return null;
    return this.all(text).some((fingerprint) => fingerprint.equals(stored));
  }
}
