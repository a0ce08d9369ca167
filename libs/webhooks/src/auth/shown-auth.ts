import { isDeepStrictEqual } from 'node:util';
import type { WebhookAuth } from './webhook-auth';

/** Authentication as answers and pages may show it: which one it is, without what it takes to use it. */
export type ShownAuth = { type: 'BEARER' } | { type: 'BASIC'; username: string };

export function shownAuth(auth: WebhookAuth): ShownAuth {
  switch (auth.type) {
    case 'BASIC':
      return { type: auth.type, username: auth.username };
    default:
      return { type: 'BEARER' };
  }
}

/** Whether a value is what answers show in place of the stored authentication, so that it means the stored one. */
export function isShownOf(given: unknown, stored: WebhookAuth): boolean {
  return isDeepStrictEqual(given, shownAuth(stored));
}
