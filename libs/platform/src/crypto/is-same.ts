import { timingSafeEqual } from 'node:crypto';

/** Compares what somebody shows with a secret: the time it takes tells how long the secret is, and no more. */
export function isSame(shown: Buffer, secret: Buffer): boolean {
  return shown.length === secret.length && timingSafeEqual(shown, secret);
}
