import { ApiProperty } from '@nestjs/swagger';
import {
  ATTEMPT_OUTCOMES,
  type AttemptCounts,
  type AttemptOutcome,
  type DeliveryCounts,
  type Percentiles,
  type WebhookStats,
} from '@app/delivery';

export class ResponseTimesView implements Percentiles {
  @ApiProperty({ type: 'integer', nullable: true, example: 84 })
  p50!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 212 })
  p95!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 640 })
  p99!: number | null;
}

export class DeliveryCountsView implements DeliveryCounts {
  @ApiProperty({ type: 'integer', example: 1200 })
  total!: number;

  @ApiProperty({ type: 'integer', example: 1196 })
  delivered!: number;

  @ApiProperty({ type: 'integer', example: 2, description: 'Failed for good' })
  failed!: number;

  @ApiProperty({ type: 'integer', example: 0, description: 'Failed because nothing was sent' })
  notSent!: number;

  @ApiProperty({ type: 'integer', example: 2 })
  pending!: number;
}

export class AttemptCountsView implements AttemptCounts {
  @ApiProperty({
    type: DeliveryCountsView,
    description: 'Deliveries that were made in this time, by their present state',
  })
  deliveries!: DeliveryCountsView;

  @ApiProperty({ type: 'integer', example: 1204 })
  attempts!: number;

  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries(ATTEMPT_OUTCOMES.map((outcome) => [outcome, { type: 'integer' }])),
    required: [...ATTEMPT_OUTCOMES],
    example: {
      ...Object.fromEntries(ATTEMPT_OUTCOMES.map((outcome) => [outcome, 0])),
      DELIVERED: 1_198,
      HTTP_ERROR: 6,
    },
    description: 'How many attempts ended so',
  })
  byOutcome!: Record<AttemptOutcome, number>;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.995,
    description:
      'Of deliveries: delivered, of all that were sent and have ended, 0 to 1; null when there are none',
  })
  successRate!: number | null;

  @ApiProperty({
    type: ResponseTimesView,
    description:
      'Milliseconds to the answer, of the attempts that got one; told from counts in steps of 15 %',
  })
  responseMs!: ResponseTimesView;
}

export class HourView extends AttemptCountsView {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  hour!: Date;
}

export class StatsView extends AttemptCountsView implements WebhookStats {
  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ example: '24h' })
  window!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-11-22T10:00:00.000Z',
    description: 'The window, widened to whole hours',
  })
  since!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:42:00.000Z' })
  until!: Date;

  @ApiProperty({ type: [HourView], description: 'Oldest first; also hours in which nothing was sent' })
  hours!: HourView[];
}
