import { randomUUID } from 'node:crypto';
import { Entity, Index, ManyToOne, PrimaryKey, Property, type Rel, Unique } from '@mikro-orm/core';

@Entity({ tableName: 'webhooks' })
export class Webhook {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUID();

  @Index()
  @Property({ type: 'text' })
  accountId!: string;

  @Property({ type: 'text' })
  url!: string;

  @Property({ type: 'text' })
  secret!: string;

  @Property({ type: 'array', columnType: 'text[]' })
  events!: string[];

  @Property({ type: 'boolean' })
  active: boolean = true;
}

@Entity({ tableName: 'events' })
@Unique({ properties: ['accountId', 'idempotencyKey'] })
export class Event {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUID();

  @Property({ type: 'text' })
  accountId: string;

  @Property({ type: 'text' })
  type: string;

  @Property({ type: 'text', nullable: true })
  idempotencyKey: string | null;

  @Property({ type: 'json' })
  data: object;

  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  constructor(accountId: string, type: string, idempotencyKey: string | null, data: object) {
    this.accountId = accountId;
    this.type = type;
    this.idempotencyKey = idempotencyKey;
    this.data = data;
  }
}

@Entity({ tableName: 'deliveries' })
export class Delivery {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUID();

  @ManyToOne({ entity: () => Event })
  event: Rel<Event>;

  @ManyToOne({ entity: () => Webhook })
  webhook: Rel<Webhook>;

  @Index()
  @Property({ type: 'text' })
  status: 'PENDING' | 'DELIVERED' | 'FAILED' = 'PENDING';

  @Property({ type: 'integer' })
  attemptCount: number = 0;

  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Property({ type: 'datetime', nullable: true })
  finishedAt: Date | null = null;

  constructor(event: Event, webhook: Webhook) {
    this.event = event;
    this.webhook = webhook;
  }
}

@Entity({ tableName: 'attempts' })
export class Attempt {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUID();

  @ManyToOne({ entity: () => Delivery })
  delivery: Rel<Delivery>;

  @Property({ type: 'integer' })
  number: number;

  @Property({ type: 'datetime' })
  startedAt: Date = new Date();

  @Property({ type: 'integer' })
  durationMs: number = 0;

  @Property({ type: 'integer', nullable: true })
  statusCode: number | null = null;

  @Property({ type: 'text', nullable: true })
  error: string | null = null;

  @Property({ type: 'json' })
  requestHeaders: object = {};

  @Property({ type: 'json', nullable: true })
  responseHeaders: object | null = null;

  @Property({ type: 'text', nullable: true })
  responseBody: string | null = null;

  constructor(delivery: Delivery, number: number) {
    this.delivery = delivery;
    this.number = number;
  }
}
