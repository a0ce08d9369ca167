import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { encryptionKeyId } from './derived-key';

/** Where a sealed text is stored. It can be opened there, and nowhere else. */
export interface SealedPlace {
  table: string;
  column: string;
  /** The row's primary key, each column as PostgreSQL prints it (UUIDs without a prefix). */
  key: readonly string[];
}

/** The present format, which binds a text to its place. */
export const BOUND = 'v2';
/** The format before it, which does not. */
export const UNBOUND = 'v1';

/**
 * Encrypts what customers and staff entrust to the service (secrets, header values) with AES-256-GCM.
 *
 * A sealed text is `v2.<key id>.<base64url of nonce (12 bytes), tag (16), ciphertext>`. Its table, column and row are
 * authenticated with it, so a copy in another row does not open. The key id is the start of the key's SHA-256, so that a
 * key can be replaced while texts sealed with the old one can still be opened. Format `v1` is opened only during the
 * upgrade to `v2`: docs/decisions/0014.
 */
@Injectable()
export class SecretBox {
  private readonly keys = new Map<string, Buffer>();
  private unboundAccepted = false;
  readonly currentKeyId: string;

  constructor(config: Config) {
    for (const encoded of [config.ENCRYPTION_KEY, ...config.PREVIOUS_ENCRYPTION_KEYS])
      this.keys.set(encryptionKeyId(encoded), Buffer.from(encoded, 'base64'));
    this.currentKeyId = encryptionKeyId(config.ENCRYPTION_KEY);
  }

  /** Whether texts of the format that is bound to no place are opened. */
  get acceptsUnbound(): boolean {
    return this.unboundAccepted;
  }

  acceptUnbound(accept: boolean): void {
    this.unboundAccepted = accept;
  }

  seal(plaintext: string, place: SealedPlace): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.currentKeyId)!, nonce);
    cipher.setAAD(associatedData(place));
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    const packed = Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    return `${BOUND}.${this.currentKeyId}.${packed.toString('base64url')}`;
  }

  /**
   * @throws when the text was sealed for another place or with an unknown key, was tampered with, or has a format that is
   * not accepted; the message never contains the text.
   */
  open(sealed: string, place: SealedPlace): string {
    const [version, id, packed] = sealed.split('.');
    if (version === UNBOUND && !this.unboundAccepted)
      throw new Error(`Sealed text of format ${UNBOUND} is not accepted: it is bound to no place`);
    const key = this.keys.get(id ?? '');
    if ((version !== BOUND && version !== UNBOUND) || !key || !packed)
      throw new Error(`Sealed text needs the unknown encryption key ${id}`);
    const bytes = Buffer.from(packed, 'base64url');
    // Without a fixed length a cut tag would be taken too, and four bytes can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
    if (version === BOUND) decipher.setAAD(associatedData(place));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }

  /** Whether a text has the present format and key; if not, `npm run rotate-encryption-key` seals it again. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${BOUND}.${this.currentKeyId}.`);
  }
}

/** JSON, so that no two places have the same bytes. */
function associatedData({ table, column, key }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([table, column, ...key]), 'utf8');
}
