import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { staffActor } from './staff-actor';
import { StaffSession } from './staff-session.entity';
import { StaffUser } from './staff-user.entity';

/** In use or not, a session ends after this time. */
export const MAX_SESSION_MS = 12 * 60 * 60 * 1000;
const TOUCH_EVERY_MS = 60_000;
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Where somebody signs in from. */
export interface SignInFrom {
  address: string;
  userAgent: string;
}

/** Sign-ins of staff: opened, listed, and ended, each together with its entry in the audit log. */
@Injectable()
export class StaffSessions {
  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditTrail,
  ) {}

  /** @returns the id of the new session. */
  async open(staffId: string, from: SignInFrom, method: 'password' | 'totp' | 'recovery code'): Promise<string> {
    const session = new StaffSession(staffId, from.address, from.userAgent);
    await this.em.fork().transactional(async (em) => {
      await em.nativeDelete(StaffSession, { staffId, createdAt: { $lt: new Date(Date.now() - KEPT_MS) } });
      await em.nativeUpdate(StaffUser, { id: staffId }, { lastSignInAt: session.createdAt });
      em.persist(session);
      await this.note(staffId, staffId, 'staff.sign-in', { session: session.id, address: from.address, method });
    });
    return session.id;
  } // prettier-ignore

  /** Whose session this is; null when it has ended, or its owner may not sign in. */
  async current(id: string, staffId: string): Promise<StaffUser | null> {
    const em = this.em.fork();
    const session = await em.findOne(StaffSession, { id, staffId, endedAt: null });
    if (!session || Date.now() - session.createdAt.getTime() > MAX_SESSION_MS) return null;
    const staff = await em.findOne(StaffUser, { id: staffId, disabledAt: null });
    if (staff && Date.now() - session.lastSeenAt.getTime() > TOUCH_EVERY_MS)
      await em.nativeUpdate(StaffSession, { id }, { lastSeenAt: new Date() });
    return staff;
  }

  /** The live sessions of somebody, newest first. */
  async list(staffId: string): Promise<StaffSession[]> {
    const createdAt = { $gt: new Date(Date.now() - MAX_SESSION_MS) };
    return this.em.fork().find(StaffSession, { staffId, endedAt: null, createdAt }, { orderBy: { id: 'desc' } });
  } // prettier-ignore

  /** Ends one session of somebody. @returns whether there was one to end. */
  async end(staffId: string, id: string, action: 'staff.end-session' | 'staff.sign-out'): Promise<boolean> {
    return this.em.fork().transactional(async (em) => {
      const ended = await em.nativeUpdate(StaffSession, { id, staffId, endedAt: null }, { endedAt: new Date() }); // prettier-ignore
      if (ended > 0) await this.note(staffId, staffId, action, { session: id });
      return ended > 0;
    });
  }

  /** Ends all sessions of somebody but one. @returns how many. */
  async endOthers(staffId: string, keptId: string): Promise<number> {
    return this.em.fork().transactional(async (em) => {
      const ended = await endSessions(em, staffId, keptId);
      await this.note(staffId, staffId, 'staff.end-other-sessions', { count: ended });
      return ended;
    });
  }

  private async note(by: string, subject: string, action: string, details: Record<string, unknown>): Promise<void> {
    await this.audit.record({ accountId: null, actor: staffActor(by), action, subject, details });
  } // prettier-ignore
}

/** Ends the sessions of somebody, in the transaction of the change that ends them. */
export function endSessions(em: EntityManager, staffId: string, exceptId?: string): Promise<number> {
  return em.nativeUpdate(
    StaffSession,
    { staffId, endedAt: null, ...(exceptId ? { id: { $ne: exceptId } } : {}) },
    { endedAt: new Date() },
  );
}
