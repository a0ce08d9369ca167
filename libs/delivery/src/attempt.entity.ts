import { Entity, PrimaryKey, PrimaryKeyProp, Property } from '@mikro-orm/core';
import { IdType } from '@app/platform';
import type { AttemptOutcome, AttemptTrigger } from './attempt';

/** One try at sending a delivery, recorded by `AttemptRecorder`; the entity is for reading. Never changed once written. */
@Entity({ tableName: 'attempts' })
export class Attempt {
  [PrimaryKeyProp]?: ['deliveryId', 'number'];

  @PrimaryKey({ type: new IdType('dlv') })
  deliveryId!: string;

  /** From 1, as in `X-Webhook-Attempt`. */
  @PrimaryKey({ type: 'integer' })
  number!: number;

  @Property({ type: new IdType('att') })
  id!: string;

  @Property({ type: new IdType('whk') })
  webhookId!: string;

  @Property({ type: 'text' })
  trigger!: AttemptTrigger;

  @Property({ type: 'datetime', length: 3 })
  startedAt!: Date;

  @Property({ type: 'integer' })
  durationMs!: number;

  @Property({ type: 'text' })
  outcome!: AttemptOutcome;

  @Property({ type: 'integer', nullable: true })
  statusCode!: number | null;

  @Property({ type: 'text', nullable: true })
  errorCode!: string | null;

  @Property({ type: 'text', nullable: true })
  errorText!: string | null;

  @Property({ type: 'text' })
  requestUrl!: string;

  /** A JSON object. The body isn't stored: it is rendered again from the event, which gives the same bytes. */
  @Property({ type: 'text' })
  requestHeaders!: string;

  @Property({ type: 'text', nullable: true })
  responseHeaders!: string | null;

  @Property({ type: 'text', nullable: true })
  responseBody!: string | null;

  @Property({ type: 'boolean' })
  responseTruncated!: boolean;
}
