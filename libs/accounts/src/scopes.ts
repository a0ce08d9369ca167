/** What a key or session may do: read, change webhooks and send, or everything (keys, sessions, erasures). */
export const SCOPES = ['READ', 'MANAGE', 'ADMIN'] as const;
export type Scope = (typeof SCOPES)[number];

/** `ADMIN` implies the others; `MANAGE` does not imply `READ`. */
export function hasScope(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.includes('ADMIN') || scopes.includes(needed);
}

/** In one order, without repetitions. */
export function normalizeScopes(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}

/** What a key or session can pass on to a key that it creates. */
export interface Grant {
  scopes: readonly Scope[];
  /** When what it rests on ends; null: never. */
  expiresAt: Date | null;
}

/** Why a key may not be created by the holder of a grant: by field, empty when it may. */
export function excessOf(
  wanted: { scopes: readonly Scope[]; expiresAt: Date | null },
  grant: Grant,
): { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  const lacking = wanted.scopes.filter((scope) => !hasScope(grant.scopes, scope));
  if (lacking.length > 0)
    errors.push({ path: 'scopes', message: `must not have ${lacking.join(', ')}, which you lack yourself` });
  if (grant.expiresAt !== null && (wanted.expiresAt === null || wanted.expiresAt > grant.expiresAt)) {
    const end = grant.expiresAt.toISOString();
    errors.push({ path: 'expiresAt', message: `must be ${end} or earlier, when your own access ends` });
  }
  return errors;
}
