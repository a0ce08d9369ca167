import { Entity, PrimaryKey, Property } from '@mikro-orm/core';
import type { EventType, FormatName } from '@app/formatting';
import { IdType } from '@app/platform';
import type { AttemptOutcome, AttemptTrigger } from './attempt';

export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * One event on its way to one webhook. Written by the engine in groups (see `DeliveryStore`); the entity is for reading.
 *
 * A PENDING delivery is always in exactly one of three places: in a batch of `retry_batches` until its retry is due
 * (`retryAt`), parked until its endpoint has capacity (`parkedAt`), or claimed by a living dispatcher, which is about to
 * attempt it (a row of `delivery_leases` names it).
 */
@Entity({ tableName: 'deliveries' })
export class Delivery {
  @PrimaryKey({ type: new IdType('dlv') })
  id!: string;

  @Property({ type: new IdType('acc') })
  accountId!: string;

  @Property({ type: new IdType('whk') })
  webhookId!: string;

  @Property({ type: new IdType('evt') })
  eventId!: string;

  @Property({ type: 'text' })
  eventType!: EventType;

  /** The format when the event was accepted: later changes of the webhook don't change the bytes of a retry. */
  @Property({ type: 'text' })
  format!: FormatName;

  @Property({ type: 'text' })
  status!: DeliveryStatus;

  /** What began the present run of attempts. */
  @Property({ type: 'text' })
  trigger!: AttemptTrigger;

  @Property({ type: 'integer' })
  attemptCount!: number;

  @Property({ type: 'integer' })
  runStart!: number;

  @Property({ type: 'datetime', length: 3 })
  createdAt!: Date;

  @Property({ type: 'datetime', length: 3, nullable: true })
  dueAt!: Date | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  parkedAt!: Date | null;

  /** When its retry is due, while it waits for that. */
  @Property({ type: 'datetime', length: 3, nullable: true })
  retryAt!: Date | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  failedAt!: Date | null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  finishedAt!: Date | null;

  @Property({ type: 'text', nullable: true })
  lastOutcome!: AttemptOutcome | null;

  @Property({ type: 'integer', nullable: true })
  lastStatusCode!: number | null;
}
