import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ChangeFeed, fromUuid, Sql, toUuid } from '@app/platform';
import type { AccountStatus } from './account.entity';
import { hashOfKey, isWellFormedKey } from './api-key';
import type { Scope } from './scopes';

/** What a presented key stands for. */
export interface KeyHolder {
  accountId: string;
  accountStatus: AccountStatus;
  keyId: string;
  scopes: readonly Scope[];
  expiresAt: Date | null;
}

interface KnownKey extends KeyHolder {
  knownUntil: number;
}

/**
 * How long a key is believed without asking again, in milliseconds. The change feed drops a revoked key sooner; this
 * is the bound that holds even if Redis is away and nobody hears of it.
 */
const BELIEVED_FOR_MS = 1_000;
const MAX_KNOWN = 10_000;
const TOUCH_EVERY_MS = 60_000;

const FIND_KEY = {
  name: 'api-keys.find',
  text: `select key.id, account_id, account.status as account_status, hash, scopes, expires_at
         from api_keys key join accounts account on account.id = account_id
         where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
};
const TOUCH_KEY = {
  name: 'api-keys.touch',
  text: `update api_keys set last_used_at = now()
         where id = $1 and (last_used_at is null or last_used_at < now() - interval '50 seconds')`,
};

/** Tells whose key a presented one is. At load that costs one query a second for each key, not one a request. */
@Injectable()
export class ApiKeyAuthenticator {
  /** Keys found lately, by the hex of their hash. */
  private readonly known = new Map<string, KnownKey>();
  private readonly underWay = new Map<string, Promise<KnownKey | null>>();
  private readonly touchedAt = new Map<string, number>();
  /** Grows with every revocation: what was read before one must not be believed after it. */
  private changes = 0;

  constructor(
    private readonly sql: Sql,
    private readonly changeFeed: ChangeFeed,
  ) {
    this.changeFeed.on('api-key', (keyId) => this.drop((known) => known.keyId === keyId));
    this.changeFeed.on('account', (accountId) => this.drop((known) => known.accountId === accountId));
  }

  /** @returns null when the key is malformed, unknown, expired or revoked; which one, nobody is told. */
  async authenticate(presentedKey: string): Promise<KeyHolder | null> {
    if (!isWellFormedKey(presentedKey)) return null;
    const hash = hashOfKey(presentedKey);
    const cacheKey = hash.toString('hex');
    const key = this.recall(cacheKey) ?? (await this.findOnce(cacheKey, hash));
    if (!key || (key.expiresAt && key.expiresAt.getTime() <= Date.now())) return null;
    this.touch(key.keyId);
    return key;
  }

  /** A key was revoked: this process and all others drop it. */
  async forget(keyId: string): Promise<void> {
    await this.changeFeed.announce('api-key', keyId);
  }

  private recall(cacheKey: string): KnownKey | undefined {
    const known = this.known.get(cacheKey);
    return known && known.knownUntil > Date.now() ? known : undefined;
  }

  /** Requests that come while a key is being looked up wait for the same answer. */
  private findOnce(cacheKey: string, hash: Buffer): Promise<KnownKey | null> {
    let search = this.underWay.get(cacheKey);
    if (!search) {
      search = this.find(cacheKey, hash).finally(() => this.underWay.delete(cacheKey));
      this.underWay.set(cacheKey, search);
    }
    return search;
  }

  private async find(cacheKey: string, hash: Buffer): Promise<KnownKey | null> {
    const changesBefore = this.changes;
    const [row] = await this.sql.rows<{
      id: string;
      account_id: string;
      account_status: AccountStatus;
      hash: Buffer;
      scopes: Scope[];
      expires_at: Date | null;
    }>(FIND_KEY, [hash]);
    this.known.delete(cacheKey);
    if (!row || !timingSafeEqual(row.hash, hash)) return null;
    const key = {
      keyId: fromUuid('key', row.id),
      accountId: fromUuid('acc', row.account_id),
      accountStatus: row.account_status,
      scopes: row.scopes,
      expiresAt: row.expires_at,
      knownUntil: Date.now() + BELIEVED_FOR_MS,
    };
    if (this.changes === changesBefore) {
      if (this.known.size >= MAX_KNOWN) this.known.delete(this.known.keys().next().value!);
      this.known.set(cacheKey, key);
    }
    return key;
  }

  private drop(isChanged: (known: KnownKey) => boolean): void {
    this.changes += 1;
    this.underWay.clear();
    for (const [cacheKey, known] of this.known) if (isChanged(known)) this.known.delete(cacheKey);
  }

  /** Notes the use at most once a minute, in the background: it neither delays nor fails a request. */
  private touch(keyId: string): void {
    const now = Date.now();
    if ((this.touchedAt.get(keyId) ?? 0) > now - TOUCH_EVERY_MS) return;
    if (this.touchedAt.size >= MAX_KNOWN) this.touchedAt.delete(this.touchedAt.keys().next().value!);
    this.touchedAt.set(keyId, now);
    this.sql.execute(TOUCH_KEY, [toUuid(keyId)]).catch(() => this.touchedAt.delete(keyId));
  }
}
