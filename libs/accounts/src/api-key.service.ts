import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { afterCursor, Problem } from '@app/platform';
import { generateKey } from './api-key';
import { ApiKeyAuthenticator } from './api-key.authenticator';
import { ApiKey } from './api-key.entity';
import { AuditTrail, type Actor } from './audit-trail';

/** What a new key is made of. */
export interface NewApiKey {
  name: string;
  /** When it stops working; null: never. */
  expiresAt?: Date | null;
}

/** A key that was just made, and the only moment at which its text is known. */
export interface IssuedApiKey {
  apiKey: ApiKey;
  plainKey: string;
}

/** Keys that an account may have at the same time. */
const MAX_LIVE_KEYS = 100;

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
   * @throws Problem conflict when the account has as many live keys as it may.
   */
  async issue(accountId: string, input: NewApiKey, actor: Actor): Promise<IssuedApiKey> {
    const plainKey = generateKey();
    const apiKey = new ApiKey(accountId, input.name, plainKey, input.expiresAt ?? null);
    await this.em.transactional(async (em) => {
      if ((await em.count(ApiKey, { accountId, revokedAt: null })) >= MAX_LIVE_KEYS) {
        throw new Problem('conflict', `An account may have ${MAX_LIVE_KEYS} keys. Revoke one first.`);
      }
      em.persist(apiKey);
      await this.audit.record({
        accountId,
        actor,
        action: 'api-key.create',
        subject: apiKey.id,
        details: { name: apiKey.name },
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
   * Revokes a key: refused from now on in this process, and within a second in every other.
   * @throws Problem not_found when the account has no such key.
   */
  async revoke(accountId: string, keyId: string, actor: Actor, reason?: string): Promise<void> {
    await this.em.transactional(async (em) => {
      const apiKey = await em.findOne(ApiKey, { accountId, id: keyId });
      if (!apiKey) throw Problem.notFound('API key');
      if (apiKey.revokedAt) return;
      apiKey.revoke(new Date());
      await this.audit.record({
        accountId,
        actor,
        action: 'api-key.revoke',
        subject: keyId,
        reason,
        details: { name: apiKey.name },
      });
    });
    await this.authenticator.forget(keyId);
  }

  /** Whose key this is; null when it is malformed, unknown, expired or revoked. */
  authenticate(presentedKey: string): Promise<{ accountId: string; keyId: string } | null> {
    return this.authenticator.authenticate(presentedKey);
  }
}
