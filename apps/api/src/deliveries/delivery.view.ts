import { ApiProperty } from '@nestjs/swagger';
import {
  ATTEMPT_OUTCOMES,
  ATTEMPT_TRIGGERS,
  type AttemptOutcome,
  type AttemptTrigger,
  type AttemptView as Attempt,
  DELIVERY_STATUSES,
  type DeliveryDetail,
  type DeliveryStatus,
  type DeliverySummary,
  HELD_REASONS,
  type ListedDelivery,
  WAITING_REASONS,
  type HeldReason,
  type WaitingReason,
} from '@app/delivery';
import type { CallSummary } from '@app/events';
import {
  EVENT_TYPES,
  type EventType,
  CUSTOM_METHODS,
  type CustomMethod,
  SHOWN_FORMATS,
  type ShownFormat,
} from '@app/formatting';

const TRIGGERS =
  '`event`: it happened; `retry`: the attempt before failed; `manual`: someone asked; `replay`; `test`';

export class CallSummaryView implements CallSummary {
  @ApiProperty({ example: 'call_123' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Follow-up with Ada' })
  title!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+14155550100' })
  from!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+442071838750' })
  to!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-23T09:58:20.000Z' })
  startedAt!: string | null;
}

export class DeliveryView implements DeliverySummary {
  @ApiProperty({ example: 'dlv_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', description: '`X-Webhook-Delivery`' })
  id!: string;

  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ example: 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', description: '`webhook-id`' })
  eventId!: string;

  @ApiProperty({ enum: EVENT_TYPES, example: 'CALL_COMPLETED' })
  eventType!: EventType;

  @ApiProperty({ example: 'call_123', description: 'Of the call that the event is about' })
  callId!: string;

  @ApiProperty({ example: false, description: 'Made by "Test webhook"' })
  test!: boolean;

  @ApiProperty({
    enum: SHOWN_FORMATS,
    example: 'DEFAULT',
    description: 'As it was set when the event happened: every attempt sends the same bytes',
  })
  format!: ShownFormat;

  @ApiProperty({ enum: DELIVERY_STATUSES, example: 'DELIVERED' })
  status!: DeliveryStatus;

  @ApiProperty({
    enum: ATTEMPT_TRIGGERS,
    example: 'event',
    description: `What began the present run: ${TRIGGERS}`,
  })
  trigger!: AttemptTrigger;

  @ApiProperty({ type: 'integer', example: 1, description: 'Attempts made or under way' })
  attemptCount!: number;

  @ApiProperty({
    enum: WAITING_REASONS,
    nullable: true,
    example: null,
    description:
      'Why a `PENDING` one is not being sent right now. `RETRY_DUE`: at `nextAttemptAt`; `ROOM`: the webhook has as ' +
      'much in flight as it may have; `CIRCUIT_OPEN`: its server kept failing, so it is only probed now and then.',
  })
  waitingFor!: WaitingReason | null;

  @ApiProperty({
    enum: HELD_REASONS,
    nullable: true,
    example: null,
    description:
      'Why nothing is sent to the endpoint of a waiting one. `PAUSED`: its webhook is paused; it continues, with its ' +
      'remaining attempts, when the webhook is active again. `RETRY_AFTER`: the endpoint returned 429 or 503 with ' +
      '`Retry-After`; it continues at `nextAttemptAt`, and that uses up no retry.',
  })
  held!: HeldReason | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  nextAttemptAt!: Date | null;

  @ApiProperty({
    enum: ATTEMPT_OUTCOMES,
    nullable: true,
    example: 'DELIVERED',
    description: 'Of the newest attempt',
  })
  lastOutcome!: AttemptOutcome | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 200, description: 'Of the newest attempt' })
  lastStatusCode!: number | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  createdAt!: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-23T10:00:00.142Z',
    description: 'Since when it is `DELIVERED` or `FAILED`',
  })
  finishedAt!: Date | null;
}

export class ListedDeliveryView extends DeliveryView implements ListedDelivery {
  @ApiProperty({ type: CallSummaryView, description: 'All but the id is null once the payload was erased' })
  call!: CallSummaryView;
}

export class DeliveryPage {
  @ApiProperty({ type: [ListedDeliveryView] })
  data!: ListedDeliveryView[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Null on the last page. A page may be shorter than `limit` and still not be the last one.',
  })
  nextCursor!: string | null;
}

export class AttemptErrorView {
  @ApiProperty({ type: String, nullable: true, example: 'ECONNREFUSED', description: 'For programs' })
  code!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'The server refused the connection.' })
  text!: string | null;
}

export class AttemptRequestView {
  @ApiProperty({ enum: [...CUSTOM_METHODS], example: 'POST' })
  method!: CustomMethod;

  @ApiProperty({ example: 'https://crm.example.com/hooks/calls' })
  url!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'Content-Type': 'application/json', 'X-Webhook-Event': 'CALL_COMPLETED' },
    description: 'As sent; the values of your own headers are masked',
  })
  headers!: Record<string, string>;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '{"id":"evt_…","type":"CALL_COMPLETED", …}',
    description: 'The exact body. Null once the payload was expunged.',
  })
  body!: string | null;
}

export class AttemptResponseView {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'content-type': 'text/plain' },
  })
  headers!: Record<string, string>;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ok',
    description: 'Its first 4 KiB. Null once the payload was expunged.',
  })
  body!: string | null;

  @ApiProperty({ example: false, description: 'Whether the body was longer than that' })
  truncated!: boolean;
}

export class AttemptView implements Attempt {
  @ApiProperty({ example: 'att_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ type: 'integer', example: 1, description: '`X-Webhook-Attempt`, from 1' })
  number!: number;

  @ApiProperty({ enum: ATTEMPT_TRIGGERS, example: 'event', description: TRIGGERS })
  trigger!: AttemptTrigger;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.003Z' })
  startedAt!: Date;

  @ApiProperty({ type: 'integer', example: 139 })
  durationMs!: number;

  @ApiProperty({
    enum: ATTEMPT_OUTCOMES,
    example: 'DELIVERED',
    description:
      '`NOT_SENT`: the webhook was paused, disabled or deleted in the meantime, or the payload expunged',
  })
  outcome!: AttemptOutcome;

  @ApiProperty({ type: 'integer', nullable: true, example: 200 })
  statusCode!: number | null;

  @ApiProperty({ type: AttemptErrorView, nullable: true, example: null, description: 'Null on success' })
  error!: AttemptErrorView | null;

  @ApiProperty({ type: AttemptRequestView })
  request!: AttemptRequestView;

  @ApiProperty({ type: AttemptResponseView, nullable: true, description: 'Null when nothing was answered' })
  response!: AttemptResponseView | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description:
      'When the attempt after this one began, or is due. Null: there is none, or it waits for room.',
  })
  nextAttemptAt!: Date | null;
}

export class DeliveryDetailView extends ListedDeliveryView implements DeliveryDetail {
  @ApiProperty({
    type: String,
    nullable: true,
    example: '{"id":"evt_…","type":"CALL_COMPLETED", …}',
    description: 'The exact body of every attempt. Null once the payload was expunged.',
  })
  body!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  payloadExpungedAt!: Date | null;

  @ApiProperty({ type: [AttemptView] })
  attempts!: AttemptView[];
}
