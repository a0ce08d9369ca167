import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';

export const ACCOUNT_STATUSES = ['ACTIVE', 'SUSPENDED'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** A customer of the platform. */
@Entity({ tableName: 'accounts' })
export class Account {
  @PrimaryKey({ type: new IdType('acc') })
  id: string = newId('acc');

  @Property({ type: 'text' })
  name: string;

  /** The account's id in the platform, if it has told one. */
  @Property({ type: 'text', nullable: true })
  externalId: string | null;

  /** `SUSPENDED`: nothing is sent for it, and its keys and sessions are refused. */
  @Property({ type: 'text' })
  status: AccountStatus = 'ACTIVE';

  @Property({ type: 'datetime', length: 3, nullable: true })
  statusChangedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  constructor(name: string, externalId: string | null) {
    this.name = name;
    this.externalId = externalId;
  }

  setStatus(status: AccountStatus, now: Date): void {
    if (status === this.status) return;
    this.status = status;
    this.statusChangedAt = now;
  }
}
