import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { newId } from '@app/platform';
import { AuditEntry, type Actor } from './audit-entry.entity';

export { ACTOR_KINDS, type Actor, type ActorKind } from './audit-entry.entity';

/** What is written down of a change. */
export interface AuditRecord {
  accountId: string | null;
  actor: Actor;
  /** `<thing>.<verb>`, e.g. `webhook.rotate-secret`. */
  action: string;
  /** The id of what it was done to. */
  subject: string;
  reason?: string | null;
  /** Names of changed fields, counts and the like; never a secret, a key or personal data. */
  details?: Record<string, unknown>;
}

/** Who changed what, when and why. */
@Injectable()
export class AuditTrail {
  constructor(private readonly em: EntityManager) {}

  /** Writes an entry; inside of `em.transactional` it is committed, or undone, together with the change itself. */
  async record(record: AuditRecord): Promise<void> {
    await this.em.fork({ keepTransactionContext: true }).insert(AuditEntry, {
      id: newId('aud'),
      createdAt: new Date(),
      accountId: record.accountId,
      actorKind: record.actor.kind,
      actorId: record.actor.id,
      actorName: record.actor.name ?? null,
      credentialId: record.actor.credentialId ?? null,
      action: record.action,
      subject: record.subject,
      reason: record.reason ?? null,
      details: record.details ?? null,
    });
  }
}
