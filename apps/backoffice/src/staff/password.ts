import { randomBytes, scrypt as scryptCallback, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { isSame } from '@app/platform';

const scrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scryptCallback);

/** 2^15 rounds over 8 KiB blocks: 32 MiB and about 60 ms for each guess. */
const COST = { log2N: 15, r: 8, p: 1 };
const HASH_BYTES = 32;
export const MIN_PASSWORD_LENGTH = 12;

/** @returns `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, so that the cost can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.log2N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join(
    '$',
  );
}

/** Whether a password is the one that was hashed, in constant time. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, log2N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || !salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), {
    log2N: Number(log2N),
    r: Number(r),
    p: Number(p),
  });
  return isSame(actual, expected);
}

/** Why a new password can't be taken; null when it can. */
export function passwordRefusal(password: string, email: string, current: string | null): string | null {
  if (password.length < MIN_PASSWORD_LENGTH) return `Take at least ${MIN_PASSWORD_LENGTH} characters.`;
  if (password.length > 200) return 'Take at most 200 characters.';
  if (password === current) return 'Take another one than the present password.';
  if (password.toLowerCase().includes(email.split('@')[0].toLowerCase()))
    return 'Leave your e-mail address out of it.';
  if (new Set(password).size < 6) return 'Take more different characters.';
  return null;
}

function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  const N = 2 ** cost.log2N;
  return scrypt(password.normalize('NFKC'), salt, HASH_BYTES, {
    N,
    r: cost.r,
    p: cost.p,
    maxmem: 256 * N * cost.r,
  });
}
