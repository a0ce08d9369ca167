import { randomBytes } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { Config, Problem, SecretBox, toUuid, type SealedPlace } from '@app/platform';
import { hashPassword, passwordRefusal, verifyPassword } from './password';
import { RecoveryCode } from './recovery-code.entity';
import { staffActor } from './staff-actor';
import { endSessions } from './staff-sessions';
import { StaffUser } from './staff-user.entity';
import { acceptedStep, newRecoveryCodes, recoveryCodeHash } from './two-factor';

/** What proves that a member of staff is who they say: password, one-time codes, recovery codes. */
@Injectable()
export class Credentials {
  /** Hashed once, so that a guess at an unknown address takes as long as one at a known address. */
  private decoy: Promise<string> | null = null;

  constructor(
    private readonly em: EntityManager,
    private readonly box: SecretBox,
    private readonly audit: AuditTrail,
    private readonly config: Config,
  ) {}

  /** The member of staff with this email address and password; null when there is none, or they are disabled. */
  async checkPassword(email: string, password: string): Promise<StaffUser | null> {
    const staff = await this.em
      .fork()
      .findOne(StaffUser, { email: email.trim().toLowerCase(), disabledAt: null });
    this.decoy ??= hashPassword(randomBytes(12).toString('hex'));
    const matches = await verifyPassword(password, staff?.passwordHash ?? (await this.decoy));
    return matches ? staff : null;
  }

  /**
   * Uses up a one-time code or a recovery code. Of two requests with one code, only one is let in.
   * @returns which of the two it was; null when it was wrong or used before.
   */
  async useCode(id: string, code: string): Promise<'totp' | 'recovery code' | null> {
    return this.em.fork().transactional(async (em) => {
      const staff = await em.findOneOrFail(StaffUser, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!staff.sealedTotpSecret) return null;
      const lastStep = staff.totpLastStep === null ? null : Number(staff.totpLastStep);
      const step = await acceptedStep(this.box.open(staff.sealedTotpSecret, totpPlace(id)), code, lastStep);
      if (step !== null) {
        staff.totpLastStep = String(step);
        return 'totp';
      }
      const codeHash = recoveryCodeHash(id, code);
      if (codeHash === null) return null;
      const unused = { staffId: id, codeHash, usedAt: null };
      if ((await em.nativeUpdate(RecoveryCode, unused, { usedAt: new Date() })) === 0) return null;
      await this.note(id, 'staff.use-recovery-code');
      return 'recovery code';
    });
  }

  /**
   * Replaces a password and ends every other session of its owner.
   * @returns why the password can't be taken, or null when it was.
   */
  async choosePassword(id: string, current: string, chosen: string, sessionId?: string): Promise<string | null> {
    const staff = await this.em.fork().findOneOrFail(StaffUser, { id });
    if (!(await verifyPassword(current, staff.passwordHash))) return 'The current password is incorrect.';
    const refusal = passwordRefusal(chosen, staff.email, current);
    if (refusal) return refusal;
    const hash = await hashPassword(chosen);
    await this.change(id, 'staff.change-password', async (found, em) => {
      found.choosePassword(hash);
      await endSessions(em, id, sessionId);
    });
    return null;
  } // prettier-ignore

  /**
   * Turns on two-factor authentication and ends every other session of its owner.
   * @param code of the secret, which proves that the app has it.
   * @returns the recovery codes, at the only moment at which they are known; null when the code was wrong.
   */
  async enableTwoFactor(id: string, secret: string, code: string, sessionId: string): Promise<string[] | null> {
    const step = await acceptedStep(secret, code, null);
    if (step === null) return null;
    return this.change(id, 'staff.enable-two-factor', async (staff, em) => {
      if (staff.usesTotp) throw new Problem('conflict', 'Two-factor authentication is on already.');
      staff.enableTotp(this.box.seal(secret, totpPlace(id)), step);
      await endSessions(em, id, sessionId);
      return this.replaceRecoveryCodes(em, id);
    });
  } // prettier-ignore

  /** @throws Problem forbidden for administrators in production. */
  async disableTwoFactor(id: string): Promise<void> {
    await this.change(id, 'staff.disable-two-factor', async (staff, em) => {
      if (this.requiresTwoFactor(staff))
        throw new Problem('forbidden', 'Administrators need two-factor authentication.');
      staff.disableTotp();
      await em.nativeDelete(RecoveryCode, { staffId: id });
    });
  }

  /** @returns new recovery codes; those before them no longer work. */
  async renewRecoveryCodes(id: string): Promise<string[]> {
    return this.change(id, 'staff.renew-recovery-codes', (_staff, em) => this.replaceRecoveryCodes(em, id));
  }

  unusedRecoveryCodes(id: string): Promise<number> {
    return this.em.fork().count(RecoveryCode, { staffId: id, usedAt: null });
  }

  /** Whether somebody may do nothing before two-factor authentication is on. */
  requiresTwoFactor(staff: StaffUser): boolean {
    return this.config.isProduction && staff.role === 'ADMIN';
  }

  private async replaceRecoveryCodes(em: EntityManager, staffId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await em.nativeDelete(RecoveryCode, { staffId });
    await em.insertMany(RecoveryCode, codes.map((code) => new RecoveryCode(staffId, recoveryCodeHash(staffId, code)!))); // prettier-ignore
    return codes;
  }

  private async change<T>(
    id: string,
    action: string,
    work: (staff: StaffUser, em: EntityManager) => Promise<T>,
  ): Promise<T> {
    return this.em.fork().transactional(async (em) => {
      const staff = await em.findOneOrFail(StaffUser, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      const result = await work(staff, em);
      await this.note(id, action);
      return result;
    });
  }

  private async note(id: string, action: string): Promise<void> {
    await this.audit.record({ accountId: null, actor: staffActor(id), action, subject: id });
  }
}

/** Where a secret for one-time codes is stored; it is sealed for this place. */
function totpPlace(id: string): SealedPlace {
  return { table: 'staff_users', column: 'sealed_totp_secret', key: [toUuid(id)] };
}
