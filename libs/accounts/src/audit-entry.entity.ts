import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import { IdType, newId } from '@app/platform';

export const ACTOR_KINDS = ['key', 'dashboard', 'staff', 'publisher', 'system'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** The key, person in the dashboard, member of staff, publisher, or part of the system that did something. */
export interface Actor {
  kind: ActorKind;
  /**
   * `key_…`, `stf_…`; for a person in the dashboard the id that the platform gave with the link, or else `ses_…`; for a
   * publisher and the system, what part of it.
   */
  id: string;
  /** The name of a person in the dashboard, if the platform gave one. */
  name?: string;
  /** The `key_…` or `ses_…` that was used, where it isn't the actor's own id. */
  credentialId?: string;
}

/** One line of the audit trail. Never changed once written. */
@Entity({ tableName: 'audit_entries' })
export class AuditEntry {
  @PrimaryKey({ type: new IdType('aud') })
  id: string = newId('aud');

  @Property({ type: 'datetime', length: 3 })
  createdAt: Date = new Date();

  /** Whose account it was done in; null where it concerns no customer. */
  @Property({ type: new IdType('acc'), nullable: true })
  accountId!: string | null;

  @Property({ type: 'text' })
  actorKind!: ActorKind;

  @Property({ type: 'text' })
  actorId!: string;

  /** The person's name, where the actor is one and it is known. */
  @Property({ type: 'text', nullable: true })
  actorName!: string | null;

  /** The key or session that was used, where it isn't the actor itself. */
  @Property({ type: 'text', nullable: true })
  credentialId!: string | null;

  /** What was done, e.g. `webhook.update`. */
  @Property({ type: 'text' })
  action!: string;

  /** The id of what it was done to. */
  @Property({ type: 'text' })
  subject!: string;

  /** Why, where a person was asked for it. */
  @Property({ type: 'text', nullable: true })
  reason!: string | null;

  /** What changed; never a secret, a key or personal data. */
  @Property({ type: 'json', nullable: true })
  details!: Record<string, unknown> | null;
}
