import { randomBytes } from 'node:crypto';

/** Standard Webhooks: what follows is the key in base64. */
const PREFIX = 'whsec_';
const GENERATED_BYTES = 24;
const SHOWN = 4;
/** Below this, four characters would give too much of the secret away. */
const SHORTEST_HINTED = 16;
/** Bytes of key: half of what the Standard Webhooks specification asks for is still out of reach for guessing. */
const SHORTEST_KEY = 16;

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

/**
 * What the owner of a secret should know before relying on it; empty for a good one. Each is a sentence that follows "secret".
 * Node's and Python's decoders are lenient, so a secret that works with one library fails with the next.
 */
export function secretWarnings(secret: string): string[] {
  const warnings: string[] = [];
  const { length } = standardKey(secret);
  if (length < SHORTEST_KEY) {
    warnings.push(
      `has only ${length} ${length === 1 ? 'byte' : 'bytes'} of key, which can be guessed. Use at least ${SHORTEST_KEY}, or a generated secret.`,
    );
  }
  if (secret.startsWith(PREFIX)) {
    const problem = base64Problem(secret.slice(PREFIX.length));
    if (problem) warnings.push(problem);
  }
  return warnings;
}

function base64Problem(text: string): string | null {
  if (/^[A-Za-z0-9_-]+={0,2}$/.test(text) && /[_-]/.test(text))
    return 'uses the URL-safe base64 alphabet (- and _) after whsec_, which common libraries reject. Here its characters are taken as the key, like those of a typed secret.';
  if (!isBase64(text))
    return 'starts with whsec_ but does not continue in base64, so common libraries reject it. Here its characters are taken as the key, like those of a typed secret.';
  return text.length % 4 === 0
    ? null
    : 'has base64 without padding (=) after whsec_, which common libraries reject.';
}

function isBase64(text: string): boolean {
  return text.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
}
