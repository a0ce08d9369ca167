import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Attempt, Delivery, DispatcherCommands } from '@app/delivery';
import { Event } from '@app/events';
import { renderBody, type EventType } from '@app/formatting';
import { WebhookService } from '@app/webhooks';

export class TestRequestView {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'As sent; values of your own headers are masked',
  })
  headers!: Record<string, string>;

  @ApiProperty({ description: 'The exact body that was sent' })
  body!: string;
}

export class TestResponseView {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, nullable: true })
  headers!: Record<string, string> | null;

  @ApiProperty({ type: String, nullable: true, description: 'The first 4 KiB' })
  body!: string | null;
}

export class TestErrorView {
  @ApiProperty({ example: 'HTTP_ERROR' })
  code!: string;

  @ApiProperty({ example: 'Your server answered 500.' })
  text!: string;
}

export class WebhookTestView {
  @ApiProperty({ description: 'Whether it was answered with a status of 200-299 in time' })
  delivered!: boolean;

  @ApiProperty({ type: 'integer', nullable: true })
  statusCode!: number | null;

  @ApiProperty({ type: 'integer' })
  durationMs!: number;

  @ApiProperty({ type: TestErrorView, nullable: true })
  error!: TestErrorView | null;

  @ApiProperty({ example: 'dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  deliveryId!: string;

  @ApiProperty({ type: TestRequestView })
  request!: TestRequestView;

  @ApiProperty({ type: TestResponseView })
  response!: TestResponseView;
}

/** Has a sample event sent by the dispatcher, and tells what came of it from the attempt that it recorded. */
@Injectable()
export class WebhookTester {
  constructor(
    private readonly em: EntityManager,
    private readonly webhooks: WebhookService,
    private readonly commands: DispatcherCommands,
  ) {}

  async test(accountId: string, webhookId: string, eventType?: EventType): Promise<WebhookTestView> {
    const webhook = await this.webhooks.get(accountId, webhookId);
    const deliveryId = await this.commands.sendTest(accountId, webhookId, eventType ?? webhook.events[0]);
    const em = this.em.fork();
    const delivery = await em.findOneOrFail(Delivery, { accountId, id: deliveryId });
    const attempt = await em.findOneOrFail(Attempt, { deliveryId }, { orderBy: { number: 'desc' } });
    const event = await em.findOneOrFail(Event, { accountId, id: delivery.eventId }, { populate: ['data'] });
    const body = renderBody({ ...event, id: event.id, data: event.data! }, delivery.format);
    return {
      delivered: attempt.outcome === 'DELIVERED',
      statusCode: attempt.statusCode,
      durationMs: attempt.durationMs,
      error:
        attempt.outcome === 'DELIVERED'
          ? null
          : { code: attempt.errorCode ?? attempt.outcome, text: attempt.errorText ?? '' },
      deliveryId,
      request: {
        headers: JSON.parse(attempt.requestHeaders) as Record<string, string>,
        body: body.toString('utf8'),
      },
      response: {
        headers:
          attempt.responseHeaders === null
            ? null
            : (JSON.parse(attempt.responseHeaders) as Record<string, string>),
        body: attempt.responseBody,
      },
    };
  }
}
