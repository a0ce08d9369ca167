import type { FieldError } from '@app/platform';
import { isShownOf } from './auth/shown-auth';
import type { WebhookAuth } from './auth/webhook-auth';
import { isMaskOf, type CustomHeaders } from './custom-headers';

/** Something that authenticates at the receiver, and that a change of a webhook's URL would send to another one. */
export interface StoredCredential {
  /** In the body of a PATCH, e.g. `headers.X-Api-Key`. */
  path: string;
  /** Whether the same PATCH gives its value again, replaces it, or drops it. */
  isSettled: boolean;
}

/**
 * Whether requests for a new URL go to another server than before, or unencrypted where they were encrypted.
 * Then nobody may have the stored values sent there without knowing them.
 */
export function movesToAnotherHost(from: string, to: string): boolean {
  const [before, after] = [new URL(from), new URL(to)];
  return before.host !== after.host || (before.protocol === 'https:' && after.protocol !== 'https:');
}

/** The custom headers of a webhook, in view of the `headers` of a PATCH (omitted: kept as they are). */
export function storedHeaders(
  stored: CustomHeaders,
  given: CustomHeaders | null | undefined,
): StoredCredential[] {
  const givenByName = new Map(
    Object.entries(given ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return Object.entries(stored).map(([name, value]) => {
    const newValue = givenByName.get(name.toLowerCase());
    const isSettled = given !== undefined && (newValue === undefined || !isMaskOf(newValue, value));
    return { path: `headers.${name}`, isSettled };
  });
}

/** The authentication of a webhook, in view of the `auth` of a PATCH (omitted: kept as it is). */
export function storedAuth(stored: WebhookAuth | null, given: unknown): StoredCredential[] {
  if (stored === null) return [];
  return [{ path: 'auth', isSettled: given !== undefined && !isShownOf(given, stored) }];
}

/** What is wrong with moving credentials to another host. */
export function movingErrors(credentials: readonly StoredCredential[]): FieldError[] {
  return credentials
    .filter(({ isSettled }) => !isSettled)
    .map(({ path }) => ({
      path,
      message: 'must be sent again, or null to drop it, because the URL changes to another host',
    }));
}
