import { isDeepStrictEqual } from 'node:util';
import { shownCertificate, type ShownCertificate } from './client-certificate';
import type { WebhookAuth } from './webhook-auth';

/** Authentication as answers and pages may show it: which one it is, without what it takes to use it. */
export type ShownAuth =
  | { type: 'BEARER' }
  | { type: 'BASIC'; username: string }
  | { type: 'MTLS'; certificate: ShownCertificate; hasCa: boolean };

export function shownAuth(auth: WebhookAuth): ShownAuth {
  switch (auth.type) {
    case 'BASIC':
      return { type: auth.type, username: auth.username };
    case 'MTLS':
      return {
        type: auth.type,
        certificate: shownCertificate(auth.certificate),
        hasCa: auth.ca !== undefined,
      };
    default:
      return { type: 'BEARER' };
  }
}

/** Whether a value is what answers show in place of the stored authentication, so that it means the stored one. */
export function isShownOf(given: unknown, stored: WebhookAuth): boolean {
  if (typeof given !== 'object' || given === null) return false;
  // A warning is about the stored one, and no part of it.
  const auth = Object.entries(given).filter(([field]) => field !== 'warning');
  return isDeepStrictEqual(Object.fromEntries(auth), shownAuth(stored));
}
