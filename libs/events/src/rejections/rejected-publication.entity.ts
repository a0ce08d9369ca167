import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType } from '@app/platform';

/** A publication that never became an event. Rows are inserted by `RejectionLog`; the entity is for reading. */
@Entity({ tableName: 'rejected_publications', readonly: true })
export class RejectedPublicationRecord {
  @PrimaryKey({ type: new IdType('rej') })
  id!: string;

  /** Null if no known account was named. */
  @Property({ type: new IdType('acc'), nullable: true })
  accountId!: string | null;

  @Property({ type: 'text', nullable: true })
  type!: string | null;

  @Property({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Property({ type: 'text' })
  source!: string;

  @Property({ type: 'text' })
  code!: string;

  /** What was wrong, one error a line. */
  @Property({
    type: 'text',
    persist: false,
    formula: ({ alias }) =>
      `(select string_agg(concat_ws(': ', nullif(one->>'path', ''), one->>'message'), E'\\n') from jsonb_array_elements(${alias}.errors) as one)`,
  })
  errors!: string | null;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;
}
