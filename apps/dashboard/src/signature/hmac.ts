const utf8 = new TextEncoder();

export type HashName = 'SHA-256' | 'SHA-1' | 'SHA-512';

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text);
}

export async function hmac(
  hash: HashName,
  key: Uint8Array<ArrayBuffer>,
  message: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // WebCrypto refuses an empty key; an HMAC pads its key with zeros, so one zero byte is the same key.
  const raw = key.length > 0 ? key : new Uint8Array(1);
  const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8.encode(message)));
}

export async function digest(message: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(message)));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** @returns null where the text is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The key of a Standard Webhooks signature: the base64 after `whsec_`, else the secret's own bytes. */
export function standardKey(secret: string): Uint8Array<ArrayBuffer> {
  const decoded = secret.startsWith('whsec_') ? fromBase64(secret.slice('whsec_'.length)) : null;
  return decoded ?? bytesOf(secret);
}

/** The value of `X-Webhook-Signature` for a body. */
export async function signBody(body: string, secret: string): Promise<string> {
  return toHex(await hmac('SHA-256', bytesOf(secret), body));
}

/** A new secret: 24 random bytes, in the spelling that Standard Webhooks libraries expect. */
export function generateSecret(): string {
  return `whsec_${toBase64(crypto.getRandomValues(new Uint8Array(24)))}`;
}
