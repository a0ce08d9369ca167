import { randomBytes } from 'node:crypto';
import { EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditTrail, type Actor } from '@app/accounts';
import { isId, Problem, SecretBox, toUuid, type SealedPlace } from '@app/platform';
import { hashPassword, passwordRefusal, verifyPassword } from './password';
import type { Role } from './permissions';
import { StaffUser } from './staff-user.entity';
import { generateTotpSecret, matchTotp } from './totp';

const EMAIL = /^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,200}$/;

/** Who of our own may sign in, and with which role. */
@Injectable()
export class StaffService {
  /** Hashed once, so that a guess at an unknown address takes as long as one at a known address. */
  private decoy: Promise<string> | null = null;

  constructor(
    private readonly em: EntityManager,
    private readonly box: SecretBox,
    private readonly audit: AuditTrail,
  ) {}

  async find(id: string): Promise<StaffUser | null> {
    return this.em.fork().findOne(StaffUser, { id });
  }

  /** E-mail addresses by id. */
  async names(ids: string[]): Promise<Map<string, string>> {
    const people = await this.em.fork().find(StaffUser, { id: { $in: ids.filter((id) => isId('stf', id)) } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }

  /** The one whose e-mail address and password these are; null when there is none, or they are disabled. */
  async checkPassword(email: string, password: string): Promise<StaffUser | null> {
    const staff = await this.em
      .fork()
      .findOne(StaffUser, { email: email.trim().toLowerCase(), disabledAt: null });
    this.decoy ??= hashPassword(randomBytes(12).toString('hex'));
    const matches = await verifyPassword(password, staff?.passwordHash ?? (await this.decoy));
    return matches ? staff : null;
  }

  /** Uses up a one-time code: true when it was right and new. Two requests with one code: only one gets true. */
  async useTotp(id: string, code: string): Promise<boolean> {
    return this.em.fork().transactional(async (em) => {
      const staff = await em.findOneOrFail(StaffUser, { id }, { lockMode: 4 });
      if (!staff.sealedTotpSecret) return false;
      const lastStep = staff.totpLastStep === null ? null : Number(staff.totpLastStep);
      const step = matchTotp(
        this.box.open(staff.sealedTotpSecret, totpPlace(id)),
        code,
        new Date(),
        lastStep,
      );
      if (step === null) return false;
      staff.totpLastStep = String(step);
      return true;
    });
  }

  async noteSignIn(id: string): Promise<void> {
    await this.em.fork().nativeUpdate(StaffUser, { id }, { lastSignInAt: new Date() });
    await this.audit.record({ accountId: null, actor: staffActor(id), action: 'staff.sign-in', subject: id });
  }

  /** @returns why the password can't be taken, or null when it was. */
  async choosePassword(id: string, current: string, chosen: string): Promise<string | null> {
    const em = this.em.fork();
    const staff = await em.findOneOrFail(StaffUser, { id });
    if (!(await verifyPassword(current, staff.passwordHash))) return 'The present password is not right.';
    const refusal = passwordRefusal(chosen, staff.email, current);
    if (refusal) return refusal;
    staff.choosePassword(await hashPassword(chosen), new Date());
    await em.flush();
    await this.audit.record({
      accountId: null,
      actor: staffActor(id),
      action: 'staff.change-password',
      subject: id,
    });
    return null;
  }

  /** A secret for an authenticator app; nothing is kept until `enableTotp` has seen a code of it. */
  offerTotp(): string {
    return generateTotpSecret();
  }

  async enableTotp(id: string, secret: string, code: string): Promise<boolean> {
    const step = matchTotp(secret, code, new Date(), null);
    if (step === null) return false;
    const change = { sealedTotpSecret: this.box.seal(secret, totpPlace(id)), totpLastStep: String(step) };
    await this.em.fork().nativeUpdate(StaffUser, { id }, change);
    await this.audit.record({
      accountId: null,
      actor: staffActor(id),
      action: 'staff.enable-totp',
      subject: id,
    });
    return true;
  }

  async disableTotp(id: string): Promise<void> {
    await this.em.fork().nativeUpdate(StaffUser, { id }, { sealedTotpSecret: null, totpLastStep: null });
    await this.audit.record({
      accountId: null,
      actor: staffActor(id),
      action: 'staff.disable-totp',
      subject: id,
    });
  }

  /**
   * Adds someone.
   * @returns them, and the password for their first sign-in: this is the only moment at which it is known.
   */
  async add(
    input: { email: string; name: string; role: Role },
    by: string,
    reason: string,
  ): Promise<{ staff: StaffUser; password: string }> {
    const email = input.email.trim().toLowerCase();
    if (!EMAIL.test(email)) throw Problem.invalid([{ path: 'email', message: 'is not an e-mail address' }]);
    // The name and address stand in every page's own data: nothing in them may look like markup.
    if (!/^[^<>&"'\\]{1,80}$/.test(input.name))
      throw Problem.invalid([{ path: 'name', message: 'must be 1 to 80 plain characters' }]);
    const password = randomBytes(12).toString('base64url');
    const staff = new StaffUser(email, input.name, input.role, await hashPassword(password));
    try {
      await this.em.fork().insert(StaffUser, staff);
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw new Problem('conflict', 'Somebody with this e-mail address is there already.');
    }
    await this.note(by, 'staff.add', staff.id, reason, { role: input.role });
    return { staff, password };
  }

  async changeRole(id: string, role: Role, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.change-role', reason, (staff) => staff.changeRole(role), { role });
  }

  /** @returns the password for the next sign-in; it is shown this once. */
  async resetPassword(id: string, by: string, reason: string): Promise<string> {
    const password = randomBytes(12).toString('base64url');
    const hash = await hashPassword(password);
    await this.change(id, by, 'staff.reset-password', reason, (staff) =>
      staff.resetPassword(hash, new Date()),
    );
    return password;
  }

  async disable(id: string, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.disable', reason, (staff) => staff.disable(new Date()));
  }

  async enable(id: string, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.enable', reason, (staff) => staff.enable());
  }

  private async change(
    id: string,
    by: string,
    action: string,
    reason: string,
    work: (staff: StaffUser) => void,
    details?: Record<string, unknown>,
  ): Promise<void> {
    await this.em.fork().transactional(async (em) => {
      // All administrators are locked, so that two who disable each other at the same moment don't both succeed.
      const admins = await em.find(
        StaffUser,
        { role: 'ADMIN', disabledAt: null },
        { lockMode: 4, orderBy: { id: 'asc' } },
      );
      const staff = await em.findOneOrFail(StaffUser, { id });
      work(staff);
      if (!admins.some((admin) => admin.role === 'ADMIN' && admin.disabledAt === null)) {
        throw new Problem('conflict', 'This is the last administrator. Make somebody else one first.');
      }
    });
    await this.note(by, action, id, reason, details);
  }

  private async note(
    by: string,
    action: string,
    subject: string,
    reason: string,
    details?: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record({ accountId: null, actor: staffActor(by), action, subject, reason, details });
  }
}

/** Where a staff member's secret for one-time codes is stored; it is sealed for this place. */
function totpPlace(id: string): SealedPlace {
  return { table: 'staff_users', column: 'sealed_totp_secret', key: [toUuid(id)] };
}

export function staffActor(id: string): Actor {
  return { kind: 'staff', id };
}
