import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';
import { hashOfKey, hintOfKey } from './api-key';

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

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  /** Kept to the minute. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  lastUsedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  expiresAt: Date | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  revokedAt: Date | null = null;

  constructor(accountId: string, name: string, plainKey: string, expiresAt: Date | null) {
    this.accountId = accountId;
    this.name = name;
    this.hint = hintOfKey(plainKey);
    this.hash = hashOfKey(plainKey);
    this.expiresAt = expiresAt;
  }

  isLive(now: Date): boolean {
    return this.revokedAt === null && (this.expiresAt === null || this.expiresAt > now);
  }

  /** The key stops working for good. Revoking it again changes nothing. */
  revoke(now: Date): void {
    this.revokedAt ??= now;
  }
}
