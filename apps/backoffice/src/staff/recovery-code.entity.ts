import { Entity, PrimaryKey, PrimaryKeyProp, Property } from '@mikro-orm/core';
import { IdType } from '@app/platform';

/** One of the codes that sign in once each when the authenticator app is lost. Only its hash is stored. */
@Entity({ tableName: 'staff_recovery_codes' })
export class RecoveryCode {
  [PrimaryKeyProp]?: ['staffId', 'codeHash'];

  @PrimaryKey({ type: new IdType('stf') })
  staffId: string;

  @PrimaryKey({ type: 'blob', columnType: 'bytea', hidden: true })
  codeHash: Buffer;

  @Property({ type: 'datetime', length: 3, nullable: true })
  usedAt: Date | null = null;

  constructor(staffId: string, codeHash: Buffer) {
    this.staffId = staffId;
    this.codeHash = codeHash;
  }
}
