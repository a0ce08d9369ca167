import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import type { EventType } from '@app/formatting';
import { IdType } from '@app/platform';

/**
 * Something that happened to a call, as its publisher said it. Rows are inserted by `EventStore` in groups; the
 * entity is for reading.
 */
@Entity({ tableName: 'events' })
export class Event {
  @PrimaryKey({ type: new IdType('evt') })
  id!: string;

  @Property({ type: new IdType('acc') })
  accountId!: string;

  @Property({ type: 'text' })
  type!: EventType;

  @Property({ type: 'text' })
  callId!: string;

  @Property({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Property({ type: 'datetime', length: 3 })
  occurredAt!: Date;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  /** Made by "Test webhook", never by a call. */
  @Property({ type: 'boolean' })
  test!: boolean;

  /** The normalised call record as JSON text: exactly the `data` of the body. Null once expunged. */
  @Property({ type: 'text', nullable: true, lazy: true })
  data!: string | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  expungedAt!: Date | null;
}
