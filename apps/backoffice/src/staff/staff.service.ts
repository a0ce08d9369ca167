import { randomBytes } from 'node:crypto';
import { EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { isId, Problem } from '@app/platform';
import { hashPassword } from './password';
import type { Role } from './permissions';
import { staffActor } from './staff-actor';
import { RecoveryCode } from './recovery-code.entity';
import { endSessions } from './staff-sessions';
import { StaffUser } from './staff-user.entity';

const EMAIL = /^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,200}$/;

/** Staff that may sign in, and with which role. Each change commits together with its entry in the audit log. */
@Injectable()
export class StaffService {
  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditTrail,
  ) {}

  async find(id: string): Promise<StaffUser | null> {
    return this.em.fork().findOne(StaffUser, { id });
  }

  /** The id of the member of staff with this email address. */
  async idOf(email: string): Promise<string | null> {
    const staff = await this.em.fork().findOne(StaffUser, { email: email.trim().toLowerCase() });
    return staff?.id ?? null;
  }

  /** Email addresses by id. */
  async names(ids: string[]): Promise<Map<string, string>> {
    const people = await this.em.fork().find(StaffUser, { id: { $in: ids.filter((id) => isId('stf', id)) } });
    return new Map(people.map(({ id, email }) => [id, email]));
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
    if (!EMAIL.test(email)) throw Problem.invalid([{ path: 'email', message: 'is not an email address' }]);
    // The name and address stand in every page's own data: nothing in them may look like markup.
    if (!/^[^<>&"'\\\p{C}]{1,80}$/u.test(input.name))
      throw Problem.invalid([{ path: 'name', message: 'must be 1 to 80 plain characters' }]);
    const password = randomBytes(12).toString('base64url');
    const staff = new StaffUser(email, input.name, input.role, await hashPassword(password));
    try {
      await this.em.fork().transactional(async (em) => {
        await em.persistAndFlush(staff);
        await this.note(by, 'staff.add', staff.id, reason, { role: input.role });
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw new Problem('conflict', 'Somebody with this email address exists already.');
    }
    return { staff, password };
  }

  async changeRole(id: string, role: Role, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.change-role', reason, (staff) => staff.changeRole(role), { role });
  }

  /** @returns the password for the next sign-in; it is shown this once. */
  async resetPassword(id: string, by: string, reason: string): Promise<string> {
    const password = randomBytes(12).toString('base64url');
    const hash = await hashPassword(password);
    await this.change(id, by, 'staff.reset-password', reason, async (staff, em) => {
      staff.resetPassword(hash);
      await em.nativeDelete(RecoveryCode, { staffId: id });
      await endSessions(em, id);
    });
    return password;
  }

  async disable(id: string, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.disable', reason, async (staff, em) => {
      staff.disable(new Date());
      await endSessions(em, id);
    });
  }

  async enable(id: string, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.enable', reason, (staff) => staff.enable());
  }

  /** Ends every session of somebody. */
  async endSessions(id: string, by: string, reason: string): Promise<void> {
    await this.change(id, by, 'staff.end-sessions', reason, async (_staff, em) => {
      await endSessions(em, id);
    });
  }

  private async change(
    id: string,
    by: string,
    action: string,
    reason: string,
    work: (staff: StaffUser, em: EntityManager) => void | Promise<void>,
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
      await work(staff, em);
      if (!admins.some((admin) => admin.role === 'ADMIN' && admin.disabledAt === null)) {
        throw new Problem('conflict', 'This is the last administrator. Make somebody else one first.');
      }
      await this.note(by, action, id, reason, details);
    });
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
