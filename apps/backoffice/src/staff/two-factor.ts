import { createHash, randomInt } from 'node:crypto';

/** Its base32 part is an ES module only, which CommonJS (and Jest) reaches by dynamic import. */
const otplib = () => import('otplib');

const ISSUER = 'SkipCalls Backoffice';
/** Seconds that a phone's clock may be off either way (RFC 6238, section 5.2). */
const TOLERANCE_S = 30;
const RECOVERY_CODES = 10;
/** 31 characters that are not mistaken for each other; 16 of them are 79 bits, so that a fast hash is enough. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const CODE_LENGTH = 16;

/** A new secret for an authenticator app, in base32. */
export async function newTotpSecret(): Promise<string> {
  return (await otplib()).generateSecret();
}

/** The `otpauth://` link that the QR code holds. */
export async function totpLink(secret: string, email: string): Promise<string> {
  return (await otplib()).generateURI({ issuer: ISSUER, label: email, secret });
}

/**
 * The time step that a code stands for; null when it is wrong, or not newer than the last one used.
 * @param lastStep the newest step that was used, so that a code that somebody saw works no second time.
 */
export async function acceptedStep(
  secret: string,
  code: string,
  lastStep: number | null,
  at = new Date(),
): Promise<number | null> {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const { verifySync } = await otplib();
  const result = verifySync({
    secret,
    token,
    epoch: Math.floor(at.getTime() / 1000),
    epochTolerance: TOLERANCE_S,
    ...(lastStep === null ? {} : { afterTimeStep: lastStep }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** Fresh recovery codes as they are shown: `abcd-efgh-jkmn-pqrs`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  );
}

/** What is stored of a recovery code; null for what can't be one. Spaces, dashes, and case don't matter. */
export function recoveryCodeHash(staffId: string, code: string): Buffer | null {
  const plain = code.toLowerCase().replace(/[\s-]/g, '');
  if (plain.length !== CODE_LENGTH || ![...plain].every((character) => ALPHABET.includes(character)))
    return null;
  return createHash('sha256').update(`${staffId}:${plain}`).digest();
}
