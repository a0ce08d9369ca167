import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';

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

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  constructor(name: string, externalId: string | null) {
    this.name = name;
    this.externalId = externalId;
  }
}
