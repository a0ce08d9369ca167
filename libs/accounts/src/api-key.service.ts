import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { afterCursor, fromUuid, Problem, toUuid } from '@app/platform';
import { lockAccount } from './account-lock';
import { generateKey } from './api-key';
import { ApiKeyAuthenticator, type KeyHolder } from './api-key.authenticator';
import { ApiKey } from './api-key.entity';
import { AuditTrail, type Actor } from './audit-trail';
import { excessOf, type Grant, type Scope } from './scopes';

/** What a new key is made of. */
export interface NewApiKey {
  name: string;
  /** When it stops working; null: never. */
  expiresAt?: Date | null;
  /** Left out: `ADMIN`. */
  scopes?: readonly Scope[];
}

/** Whose rights a new key may not exceed: those of a customer's key or session. Staff and the platform have no such limit. */
export interface KeyIssuer extends Grant {
  /** The key that the caller showed, or opened the session with; null for a session that was opened by a link. */
  keyId: string | null;
}

/** A key that was just made, and the only moment at which its text is known. */
export interface IssuedApiKey {
  apiKey: ApiKey;
  plainKey: string;
}

/** Keys that an account may have at the same time. */
export const MAX_LIVE_KEYS = 100;

/** A key and every key that descends from it, of one account, with those that are revoked already. */
const FAMILY = `
  with recursive family as (
    select id from api_keys where account_id = ? and id = ?
    union
    select child.id from api_keys child join family on child.created_by_key_id = family.id
  )`;
const REVOKE_FAMILY = `
  ${FAMILY}
  update api_keys set revoked_at = now() from family
  where api_keys.id = family.id and revoked_at is null
  returning api_keys.id, name`;
const END_SESSIONS = `
  ${FAMILY}
  update dashboard_sessions set revoked_at = now() from family
  where key_id = family.id and revoked_at is null`;

/** Issues, lists and revokes the API keys of an account. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly em: EntityManager,
    private readonly authenticator: ApiKeyAuthenticator,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Issues a key.
   * @param issuer what the key may not exceed; left out: no limit.
   * @throws Problem forbidden when it would exceed its issuer's rights or lifetime; unauthorized when the issuer's own
   *   key was revoked meanwhile; limit_reached when the account has as many live keys as it may.
   */
  async issue(accountId: string, input: NewApiKey, actor: Actor, issuer?: KeyIssuer): Promise<IssuedApiKey> {
    const { name, expiresAt = null, scopes = ['ADMIN'] } = input;
    const excess = issuer ? excessOf({ scopes, expiresAt }, issuer) : [];
    if (excess.length > 0) {
      const [{ path, message }] = excess;
      throw new Problem('forbidden', `A key can't exceed what created it. ${path}: ${message}.`, {
        errors: excess,
      });
    }
    const plainKey = generateKey();
    const createdByKeyId = issuer?.keyId ?? null;
    const apiKey = new ApiKey(accountId, plainKey, { name, expiresAt, scopes, createdByKeyId });
    await this.em.fork().transactional(async (em) => {
      // Counting, and revoking the issuer, wait for each other here: neither is overtaken by a new key.
      await lockAccount(em, accountId);
      const now = new Date();
      if (createdByKeyId !== null && !(await findKey(em, accountId, createdByKeyId))?.isLive(now))
        throw new Problem('unauthorized', 'The API key was revoked or has expired.');
      const live = { accountId, revokedAt: null, $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
      if ((await em.count(ApiKey, live)) >= MAX_LIVE_KEYS)
        throw new Problem(
          'limit_reached',
          `An account may have ${MAX_LIVE_KEYS} API keys. Revoke one that is no longer used.`,
        );
      await em.insert(ApiKey, apiKey);
      await this.audit.record({
        accountId,
        actor,
        action: 'api-key.create',
        subject: apiKey.id,
        details: { name, scopes: apiKey.scopes },
      });
    });
    return { apiKey, plainKey };
  }

  /** The keys of an account, newest first, revoked ones with them; one more than the limit, for paging. */
  async list(accountId: string, page: { limit: number; cursor?: string }): Promise<ApiKey[]> {
    const after = afterCursor('key', page.cursor);
    return this.em
      .fork()
      .find(
        ApiKey,
        { accountId, ...(after ? { id: { $lt: after } } : {}) },
        { orderBy: { id: 'desc' }, limit: page.limit + 1 },
      );
  }

  /**
   * Revokes a key, and with it the keys and sessions that it created, and what those created in turn: refused from now
   * on in this process, and within a second in every other.
   * @throws Problem not_found when the account has no such key.
   */
  async revoke(accountId: string, keyId: string, actor: Actor, reason?: string): Promise<void> {
    const revoked = await this.em.fork().transactional(async (em) => {
      await lockAccount(em, accountId);
      if (!(await findKey(em, accountId, keyId))) throw Problem.notFound('API key');
      const ids = [toUuid(accountId), toUuid(keyId)];
      await em.execute(END_SESSIONS, ids, 'run');
      const rows = await em.execute<{ id: string; name: string }[]>(REVOKE_FAMILY, ids, 'all');
      for (const { id, name } of rows) {
        const subject = fromUuid('key', id);
        const details = subject === keyId ? { name } : { name, revokedWith: keyId };
        await this.audit.record({ accountId, actor, action: 'api-key.revoke', subject, reason, details });
      }
      return rows.map(({ id }) => fromUuid('key', id));
    });
    for (const id of new Set([keyId, ...revoked])) await this.authenticator.forget(id);
  }

  /** Whose key this is; null when it is malformed, unknown, expired or revoked. */
  authenticate(presentedKey: string): Promise<KeyHolder | null> {
    return this.authenticator.authenticate(presentedKey);
  }
}

function findKey(em: EntityManager, accountId: string, id: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { accountId, id });
}
