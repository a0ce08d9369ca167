import { randomBytes } from 'node:crypto';

/** Standard Webhooks: what follows is the key in base64. */
const PREFIX = 'whsec_';
const GENERATED_BYTES = 24;
const SHOWN = 4;
/** Below this, four characters would give too much of the secret away. */
const SHORTEST_HINTED = 16;

/** A new secret as Standard Webhooks spells them: `whsec_` and 24 random bytes in base64. */
export function generateSecret(): string {
  return PREFIX + randomBytes(GENERATED_BYTES).toString('base64');
}

/** What may be shown of a secret so that its owner recognises it: the last four characters, of a short one nothing. */
export function secretHint(secret: string): string {
  const characters = Array.from(secret);
  return characters.length < SHORTEST_HINTED ? '…' : `…${characters.slice(-SHOWN).join('')}`;
}

/** The key of `X-Webhook-Signature`: the secret just as it was typed. */
export function bodyKey(secret: string): Buffer {
  return Buffer.from(secret, 'utf8');
}

/**
 * The key of `webhook-signature`: the base64 after `whsec_`, or the UTF-8 bytes of a secret without it.
 * A secret that begins so but goes on in no base64 was typed by a person; its bytes are taken as they are.
 */
export function standardKey(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) return bodyKey(secret);
  const base64 = secret.slice(PREFIX.length);
  return isBase64(base64) ? Buffer.from(base64, 'base64') : bodyKey(secret);
}

function isBase64(text: string): boolean {
  return text.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
}
