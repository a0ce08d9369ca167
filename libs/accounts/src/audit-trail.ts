import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { newId, toUuid } from '@app/platform';
import type { PoolClient } from 'pg';
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

const INSERT = `
  insert into audit_entries (id, created_at, account_id, actor_kind, actor_id, actor_name, credential_id, action, subject, reason, details)
  values ($1, now(), $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

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

  /** Writes entries on a connection of `Sql.transaction`: committed, or undone, together with the change itself. */
  async recordOn(client: Pick<PoolClient, 'query'>, ...records: AuditRecord[]): Promise<void> {
    for (const { accountId, actor, action, subject, reason, details } of records) {
      await client.query(INSERT, [
        toUuid(newId('aud')),
        accountId === null ? null : toUuid(accountId),
        actor.kind,
        actor.id,
        actor.name ?? null,
        actor.credentialId ?? null,
        action,
        subject,
        reason ?? null,
        details ? JSON.stringify(details) : null,
      ]);
    }
  }
}
