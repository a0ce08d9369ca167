import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';
import { hashOfKey, hintOfKey } from './api-key';
import { normalizeScopes, type Scope } from './scopes';

/** A key with which an account's software calls us. The key itself is not kept, only its hash. */
@Entity({ tableName: 'api_keys' })
export class ApiKey {
  @PrimaryKey({ type: new IdType('key') })
  id: string = newId('key');

  @Property({ type: new IdType('acc') })
  accountId: string;

  @Property({ type: 'text' })
  name: string;

  /** What lets people tell their keys apart: `skc_live_…wxyz`. */
  @Property({ type: 'text' })
  hint: string;

  @Property({ type: 'blob', columnType: 'bytea', hidden: true })
  hash: Buffer;

  @Property({ columnType: 'text[]', type: 'array' })
  scopes: Scope[];

  /** The key that created it, directly or through a dashboard session; they are revoked together. */
  @Property({ type: new IdType('key'), nullable: true })
  createdByKeyId: string | null;

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  /** Kept to the minute. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  lastUsedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  expiresAt: Date | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  revokedAt: Date | null = null;

  constructor(accountId: string, plainKey: string, settings: ApiKeySettings) {
    this.accountId = accountId;
    this.name = settings.name;
    this.hint = hintOfKey(plainKey);
    this.hash = hashOfKey(plainKey);
    this.expiresAt = settings.expiresAt;
    this.scopes = normalizeScopes(settings.scopes);
    this.createdByKeyId = settings.createdByKeyId;
  }

  isLive(now: Date): boolean {
    return this.revokedAt === null && (this.expiresAt === null || this.expiresAt > now);
  }
}

export interface ApiKeySettings {
  name: string;
  expiresAt: Date | null;
  scopes: readonly Scope[];
  createdByKeyId: string | null;
}
