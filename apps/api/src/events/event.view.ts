import { ApiProperty } from '@nestjs/swagger';
import { DELIVERY_STATUSES, type DeliveryStatus, type EventDelivery } from '@app/delivery';
import {
  type EventDetail,
  type EventSummary,
  SKIP_REASONS,
  type SkippedWebhook,
  type SkipReason,
} from '@app/events';
import { type CallData, EVENT_TYPES, type EventType, sampleCallData } from '@app/formatting';
import { CallSummaryView, DeliveryView } from '../deliveries/delivery.view';

export class EventDeliveryView implements EventDelivery {
  @ApiProperty({ example: 'dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ enum: DELIVERY_STATUSES })
  status!: DeliveryStatus;
}

export class SkippedWebhookView implements SkippedWebhook {
  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ enum: SKIP_REASONS, description: 'As it was when the event was accepted' })
  reason!: SkipReason;
}

/** Events without their deliveries. */
class EventFields implements EventSummary {
  @ApiProperty({ example: 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', description: '`webhook-id`' })
  id!: string;

  @ApiProperty({ enum: EVENT_TYPES, example: 'CALL_COMPLETED' })
  type!: EventType;

  @ApiProperty({ example: 'call_123' })
  callId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'call_123/completed',
    description: 'Given by the publisher, so that a repeated publication is not sent twice',
  })
  idempotencyKey!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  occurredAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.012Z' })
  createdAt!: Date;

  @ApiProperty({ example: false, description: 'Made by "Test webhook"' })
  test!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  expungedAt!: Date | null;

  @ApiProperty({ type: CallSummaryView })
  call!: CallSummaryView;

  @ApiProperty({
    type: [SkippedWebhookView],
    description: 'The webhooks that got no delivery, at most 100. The event can be sent to them.',
  })
  skipped!: SkippedWebhookView[];
}

export class EventView extends EventFields {
  @ApiProperty({ type: [EventDeliveryView], description: 'Oldest first, at most 100' })
  deliveries!: EventDeliveryView[];
}

export class EventPage {
  @ApiProperty({ type: [EventView] })
  data!: EventView[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Null on the last page' })
  nextCursor!: string | null;
}

export class EventDetailView extends EventFields implements EventDetail {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The call record: `data` of the webhook body (see /v1/event-types). Null once expunged.',
    example: sampleCallData('CALL_COMPLETED'),
  })
  data!: CallData | null;

  @ApiProperty({ type: [DeliveryView], description: 'Newest first; empty when no webhook wanted it' })
  deliveries!: DeliveryView[];
}
