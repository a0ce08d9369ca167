import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';

/**
 * Encrypts what customers entrust to us (webhook secrets, header values) with AES-256-GCM.
 *
 * A sealed text is `v1.<key id>.<base64url of nonce (12 bytes), tag (16), ciphertext>`. The key id is the start of
 * the key's SHA-256, so that a key can be replaced while records sealed with the old one can still be opened.
 */
@Injectable()
export class SecretBox {
  private readonly keys = new Map<string, Buffer>();
  readonly currentKeyId: string;

  constructor(config: Config) {
    for (const encoded of [config.ENCRYPTION_KEY, ...config.PREVIOUS_ENCRYPTION_KEYS]) {
      const key = Buffer.from(encoded, 'base64');
      this.keys.set(keyId(key), key);
    }
    this.currentKeyId = keyId(Buffer.from(config.ENCRYPTION_KEY, 'base64'));
  }

  seal(plaintext: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.currentKeyId)!, nonce);
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    const packed = Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    return `v1.${this.currentKeyId}.${packed.toString('base64url')}`;
  }

  /** @throws when the key is unknown or the text was tampered with; the message never holds the content. */
  open(sealed: string): string {
    const [version, id, packed] = sealed.split('.');
    const key = this.keys.get(id ?? '');
    if (version !== 'v1' || !key || !packed)
      throw new Error(`Sealed text needs the unknown encryption key ${id}`);
    const bytes = Buffer.from(packed, 'base64url');
    // Without a fixed length a cut tag would be taken too, and four bytes can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }

  /** Whether a sealed text was made with the current key; if not, `npm run rotate-encryption-key` seals it again. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`v1.${this.currentKeyId}.`);
  }
}

function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
