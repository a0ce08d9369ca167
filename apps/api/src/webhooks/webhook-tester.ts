import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { DeliveryReader, DispatcherCommands } from '@app/delivery';
import type { EventType } from '@app/formatting';
import { type ActionLimit, ActionLimits } from '@app/platform';
import { WebhookService } from '@app/webhooks';

/** Enough for a person; too few to find out what listens where. */
const TESTS: ActionLimit = { what: 'tests of webhooks', most: 30, windowSeconds: 60 };

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
    private readonly webhooks: WebhookService,
    private readonly commands: DispatcherCommands,
    private readonly deliveries: DeliveryReader,
    private readonly limits: ActionLimits,
  ) {}

  async test(accountId: string, webhookId: string, eventType?: EventType): Promise<WebhookTestView> {
    const webhook = await this.webhooks.get(accountId, webhookId);
    await this.limits.take(`test:${accountId}`, TESTS);
    const deliveryId = await this.commands.sendTest(accountId, webhookId, eventType ?? webhook.events[0]);
    const { attempts } = await this.deliveries.get(accountId, deliveryId);
    const attempt = attempts.at(-1);
    if (!attempt) throw new Error(`The test delivery ${deliveryId} has no attempt`);
    const { outcome, statusCode, durationMs, error, request, response } = attempt;
    return {
      delivered: outcome === 'DELIVERED',
      statusCode,
      durationMs,
      error: error && { code: error.code ?? outcome, text: error.text ?? '' },
      deliveryId,
      request: { headers: request.headers, body: request.body ?? '' },
      response: { headers: response?.headers ?? null, body: response?.body ?? null },
    };
  }
}
