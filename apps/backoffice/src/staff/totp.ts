import { createHmac, randomBytes } from 'node:crypto';
import { isSame } from '@app/platform';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_SECONDS = 30;
/** A clock may be wrong by one step either way (RFC 6238, 5.2). */
const TOLERANCE_STEPS = 1;

/** A fresh secret of 20 bytes in base32, as authenticator apps take it. */
export function generateTotpSecret(): string {
  let bits = '';
  for (const byte of randomBytes(20)) bits += byte.toString(2).padStart(8, '0');
  return bits.match(/.{5}/g)!.map((five) => BASE32[parseInt(five, 2)]).join(''); // prettier-ignore
}

/** The link that authenticator apps open. */
export function totpLink(secret: string, email: string, issuer: string): string {
  return `otpauth://totp/${encodeURIComponent(`${issuer}:${email}`)}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
}

/** The 6-digit code of a step (RFC 6238 with SHA-1, what every app speaks). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = digest[digest.length - 1] & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/**
 * The step that a code stands for; null when it is wrong or no newer than the last one used.
 * @param lastStep the newest step that was used, so that a code seen over a shoulder works no second time.
 */
export function matchTotp(secret: string, code: string, now: Date, lastStep: number | null): number | null {
  const given = Buffer.from(code.replace(/\s/g, ''));
  const present = Math.floor(now.getTime() / 1000 / STEP_SECONDS);
  for (let step = present - TOLERANCE_STEPS; step <= present + TOLERANCE_STEPS; step++) {
    if (!isSame(given, Buffer.from(totpCode(secret, step)))) continue;
    return lastStep !== null && step <= lastStep ? null : step;
  }
  return null;
}

function decodeBase32(text: string): Buffer {
  let bits = '';
  for (const character of text) bits += BASE32.indexOf(character).toString(2).padStart(5, '0');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => parseInt(eight, 2)));
}
