import { EntityManager } from '@mikro-orm/postgresql';
import { InjectQueue } from '@nestjs/bull';
import { Body, Controller, HttpCode, Injectable, Post } from '@nestjs/common';
import type { Queue } from 'bull';
import { IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { Delivery, Event, Webhook } from './entities';

export class PublishEvent {
  @IsString()
  accountId!: string;

  @IsIn(['CALL_COMPLETED', 'CALL_FAILED', 'INCOMING_CALL_COMPLETED', 'INCOMING_CALL_FAILED'])
  type!: string;

  @IsOptional()
  @IsString()
  @MaxLength(255)
  idempotencyKey?: string;

  @IsObject()
  data!: object;
}

/** What the worker needs to send one delivery. */
export interface DeliveryJob {
  deliveryId: string;
  url: string;
  secret: string;
  payload: { id: string; type: string; timestamp: Date; data: object };
}

@Injectable()
export class EventsService {
  constructor(
    private readonly em: EntityManager,
    @InjectQueue('deliveries') private readonly queue: Queue<DeliveryJob>,
  ) {}

  async publish(input: PublishEvent): Promise<{ id: string; deliveries: number; duplicate: boolean }> {
    const event = new Event(input.accountId, input.type, input.idempotencyKey ?? null, input.data);
    await this.em.persistAndFlush(event);

    const webhooks = await this.em.find(Webhook, {
      accountId: input.accountId,
      active: true,
      events: { $contains: [input.type] },
    });
    for (const webhook of webhooks) {
      const delivery = new Delivery(event, webhook);
      await this.em.persistAndFlush(delivery);
      const payload = { id: event.id, type: event.type, timestamp: event.createdAt, data: event.data };
      await this.queue.add(
        { deliveryId: delivery.id, url: webhook.url, secret: webhook.secret, payload },
        { attempts: 4, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true },
      );
    }
    return { id: event.id, deliveries: webhooks.length, duplicate: false };
  }
}

@Controller('internal/v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @HttpCode(202)
  publish(@Body() input: PublishEvent): Promise<{ id: string; deliveries: number; duplicate: boolean }> {
    return this.events.publish(input);
  }
}
