import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EVENT_TYPES, sampleCallData } from '@app/formatting';

/** For the documentation; reading and checking is `readPublication` in libs/events, by a compiled schema. */
export class PublicationBody {
  @ApiProperty({ example: 'acc_019a0b5e-7c1a-7d3e-8f00-3b1c5a9d2e41' })
  accountId!: string;

  @ApiProperty({ enum: EVENT_TYPES })
  type!: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 255,
    description: 'If the same key is used again in one account within 7 days, nothing is sent twice',
    example: 'call_123/completed',
  })
  idempotencyKey?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When it happened; now when left out',
    example: '2026-11-23T10:00:00.000Z',
  })
  occurredAt?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The call record: `data` of the webhook body. At most 1 MiB as it is stored',
    example: sampleCallData('CALL_COMPLETED'),
  })
  data!: Record<string, unknown>;
}

export class PublicationsBody {
  @ApiProperty({ type: [PublicationBody], minItems: 1, maxItems: 500 })
  events!: PublicationBody[];
}

export class AcceptedView {
  @ApiProperty({
    example: 'evt_019a0b5e-7c1a-7d3e-8f00-3b1c5a9d2e42',
    description: 'Of the first event with the same idempotency key',
  })
  id!: string;

  @ApiProperty({ example: 2, description: 'How many webhooks it goes to' })
  deliveries!: number;

  @ApiProperty({ example: false })
  duplicate!: boolean;
}

export class DryRunView {
  @ApiProperty({ example: true, description: 'Whether the event would be accepted' })
  valid!: boolean;

  @ApiPropertyOptional({ example: 2, description: 'How many webhooks it would go to' })
  deliveries?: number;

  @ApiPropertyOptional({ example: false, description: 'Whether its idempotency key is already used' })
  duplicate?: boolean;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    description: 'What is wrong with it, at most 20 errors',
  })
  errors?: { path: string; message: string }[];
}

export class BatchResultsView {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'In order; each as for a single event, or `{error}` with its problem',
    example: [{ id: 'evt_019a0b5e-7c1a-7d3e-8f00-3b1c5a9d2e42', deliveries: 2, duplicate: false }],
  })
  results!: Record<string, unknown>[];
}
