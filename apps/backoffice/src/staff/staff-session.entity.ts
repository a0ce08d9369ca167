import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';

/** A sign-in that lasts until it is ended. The browser's cookie names it through Redis; without this row it is nothing. */
@Entity({ tableName: 'staff_sessions' })
export class StaffSession {
  @PrimaryKey({ type: new IdType('ses') })
  id: string = newId('ses');

  @Property({ type: new IdType('stf') })
  staffId: string;

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  /** Kept to the minute. */
  @Property({ type: 'datetime', length: 3 })
  lastSeenAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  endedAt: Date | null = null;

  @Property({ type: 'text' })
  address: string;

  @Property({ type: 'text' })
  userAgent: string;

  constructor(staffId: string, address: string, userAgent: string) {
    this.staffId = staffId;
    this.address = address;
    this.userAgent = userAgent.replace(/[\0\p{Surrogate}]/gu, '').slice(0, 300);
  }
}
