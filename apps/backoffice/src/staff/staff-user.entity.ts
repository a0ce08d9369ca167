import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';
import type { Role } from './permissions';

/** Someone of our own who may sign in to the backoffice. */
@Entity({ tableName: 'staff_users' })
export class StaffUser {
  @PrimaryKey({ type: new IdType('stf') })
  id: string = newId('stf');

  /** In lower case: an address is the same person however it is typed. */
  @Property({ type: 'text' })
  email: string;

  @Property({ type: 'text' })
  name: string;

  @Property({ type: 'text' })
  role: Role;

  @Property({ type: 'text', hidden: true })
  passwordHash: string;

  /** A password that somebody else has set serves for one sign-in only. */
  @Property({ type: 'boolean' })
  mustChangePassword: boolean = true;

  @Property({ type: 'text', nullable: true, hidden: true })
  sealedTotpSecret: string | null = null;

  @Property({ type: 'bigint', nullable: true, hidden: true })
  totpLastStep: string | null = null;

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  lastSignInAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  disabledAt: Date | null = null;

  constructor(email: string, name: string, role: Role, passwordHash: string) {
    this.email = email.toLowerCase();
    this.name = name;
    this.role = role;
    this.passwordHash = passwordHash;
  }

  get usesTotp(): boolean {
    return this.sealedTotpSecret !== null;
  }

  /** Their own choice of a password. */
  choosePassword(passwordHash: string): void {
    this.passwordHash = passwordHash;
    this.mustChangePassword = false;
  }

  /** Two-factor sign-in from now on. @param step that of the code that proved that the app has the secret. */
  enableTotp(sealedSecret: string, step: number): void {
    this.sealedTotpSecret = sealedSecret;
    this.totpLastStep = String(step);
  }

  disableTotp(): void {
    this.sealedTotpSecret = null;
    this.totpLastStep = null;
  }

  /** A password that an administrator hands over: it has to be changed at the next sign-in. */
  resetPassword(passwordHash: string): void {
    this.passwordHash = passwordHash;
    this.mustChangePassword = true;
    this.disableTotp();
  }

  changeRole(role: Role): void {
    this.role = role;
  }

  disable(now: Date): void {
    this.disabledAt ??= now;
  }

  enable(): void {
    this.disabledAt = null;
  }
}
