import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { IsArray, IsIn, IsInt, IsNumber, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { WEBHOOK_HEALTHS, type WebhookHealth } from '@app/delivery';
import {
  EVENT_TYPES,
  PAYLOAD_FORMATS,
  type CustomRequest,
  type EventType,
  type PayloadFormat,
} from '@app/formatting';
import {
  MAX_CUSTOM_HEADERS,
  RETRY_POLICIES,
  WEBHOOK_LIMITS,
  WEBHOOK_TYPES,
  type Filter,
  type WebhookAuth,
  type RetryPolicyName,
  type WebhookType,
} from '@app/webhooks';
import { IsPlainText, PageQuery } from '@app/platform';
import { MayBeLeftOut } from '../http/may-be-left-out';
import { REQUEST_SCHEMA } from './request.schema';
import { AUTH_SCHEMA } from './auth.schema';

/** The shape of a filter in the docs; its rules are checked with paths by `@app/webhooks`. */
export const FILTER_SCHEMA = {
  type: 'object',
  additionalProperties: true,
  nullable: true,
  description:
    'Which events of its types the webhook receives: `{field, op, value}`, or `{all: […]}`, `{any: […]}`, `{not: …}` ' +
    'of at most 20 conditions. `field` is a path into `data`; `op` is one of eq, ne, gt, gte, lt, lte, in, contains, ' +
    'startsWith, exists. A field that does not exist matches nothing except `exists: false` and `ne`. Null: all events.',
  example: { field: 'dataCollected.priority', op: 'eq', value: 'high' },
} as const;

const SETTABLE_STATUSES = ['ACTIVE', 'PAUSED'] as const;

/** Shapes only: what a name, URL or header may be is decided by `@app/webhooks`, which tells all errors at once. */
export class CreateWebhookBody {
  @ApiProperty({
    description: 'A name that tells people what it is for',
    example: 'CRM Integration',
    minLength: 1,
    maxLength: WEBHOOK_LIMITS.name,
  })
  @IsString()
  name!: string;

  @ApiProperty({
    description: 'Where to send to: http or https, without credentials, on a public address',
    example: 'https://crm.example.com/hooks/calls',
    maxLength: WEBHOOK_LIMITS.url,
  })
  @IsString()
  url!: string;

  @ApiProperty({
    description: 'Which events to send',
    enum: EVENT_TYPES,
    isArray: true,
    minItems: 1,
    uniqueItems: true,
    example: ['CALL_COMPLETED', 'CALL_FAILED'],
  })
  @IsArray()
  @IsString({ each: true })
  events!: EventType[];

  @ApiPropertyOptional({
    description:
      'What the URL belongs to. If omitted, it is inferred from the host: `SLACK` (hooks.slack.com), `DISCORD` ' +
      '(discord.com/api/webhooks), `TEAMS` (webhook.office.com, logic.azure.com), `EMAIL` (mailto:), otherwise `HTTP`.',
    enum: WEBHOOK_TYPES,
  })
  @MayBeLeftOut()
  @IsIn(WEBHOOK_TYPES)
  type?: WebhookType;

  @ApiPropertyOptional({
    description: 'Signs every request, exactly as typed. Null or left out: requests are not signed.',
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: WEBHOOK_LIMITS.secret,
    example: 'correct horse battery staple',
  })
  @IsOptional()
  @IsString()
  secret?: string | null;

  @ApiPropertyOptional({
    description: 'For type `HTTP`: `DEFAULT` is nested, `ZAPIER` is one flat object',
    enum: PAYLOAD_FORMATS,
    default: 'DEFAULT',
  })
  @MayBeLeftOut()
  @IsIn(PAYLOAD_FORMATS)
  format?: PayloadFormat;

  @ApiPropertyOptional({
    description: '`PAUSED`: nothing is sent until it is `ACTIVE` again',
    enum: SETTABLE_STATUSES,
    default: 'ACTIVE',
  })
  @MayBeLeftOut()
  @IsIn(SETTABLE_STATUSES)
  status?: 'ACTIVE' | 'PAUSED';

  @ApiPropertyOptional({
    description:
      `Headers of your own for every request, at most ${MAX_CUSTOM_HEADERS}. Their values are encrypted, and masked in every answer; ` +
      'a masked value that is sent back unchanged keeps the stored one. A PATCH that changes the URL to another host needs ' +
      'the values again (400 naming them), or drops them with null.',
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    example: { 'X-Api-Key': 'key-for-this-webhook' },
  })
  @IsOptional()
  @IsObject()
  headers?: Record<string, string> | null;

  @ApiPropertyOptional(AUTH_SCHEMA)
  @IsOptional()
  @IsObject()
  auth?: WebhookAuth | null;

  @ApiPropertyOptional({
    description: '`STANDARD` retries 3 times, after 1, 2 and 4 s; `EXTENDED` goes on for more than a day',
    enum: RETRY_POLICIES,
    default: 'STANDARD',
  })
  @MayBeLeftOut()
  @IsIn(RETRY_POLICIES)
  retryPolicy?: RetryPolicyName;

  @ApiPropertyOptional({
    description: 'At most so many requests at the same time',
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: WEBHOOK_LIMITS.maxConcurrency,
  })
  @IsOptional()
  @IsInt()
  maxConcurrency?: number | null;

  @ApiPropertyOptional({
    description: 'At most so many requests a second',
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: WEBHOOK_LIMITS.rateLimitPerSecond,
  })
  @IsOptional()
  @IsInt()
  rateLimitPerSecond?: number | null;

  @ApiPropertyOptional(FILTER_SCHEMA)
  @IsOptional()
  @IsObject()
  filter?: Filter | null;

  @ApiPropertyOptional(REQUEST_SCHEMA)
  @IsOptional()
  @IsObject()
  request?: CustomRequest | null;
}

export class PreviewFilterBody {
  @ApiProperty({ ...FILTER_SCHEMA, description: 'The filter to try; null matches everything' })
  @IsOptional()
  @IsObject()
  filter!: Filter | null;
}

/** What is left out stays as it is; `secret`, `headers`, and `auth` are removed by null. */
export class UpdateWebhookBody extends PickType(PartialType(CreateWebhookBody, { skipNullProperties: false }), [
  'name', 'url', 'type', 'events', 'secret', 'format', 'status', 'headers', 'auth', 'retryPolicy', 'maxConcurrency', 'rateLimitPerSecond', 'filter', 'request',
] as const) {} // prettier-ignore

export class RotateSecretBody {
  @ApiPropertyOptional({
    description: 'The new secret; left out: one is made, and answered this once',
    minLength: 1,
    maxLength: WEBHOOK_LIMITS.secret,
  })
  @MayBeLeftOut()
  @IsString()
  secret?: string;

  @ApiPropertyOptional({
    description: 'How many hours the present secret signs as well',
    minimum: 0,
    maximum: WEBHOOK_LIMITS.overlapHours,
    default: 24,
  })
  @MayBeLeftOut()
  @IsNumber()
  overlapHours?: number;
}

export class WebhooksQuery extends PageQuery {
  @ApiPropertyOptional({
    description: 'Only webhooks whose name or URL contains this text',
    minLength: 1,
    maxLength: 200,
    example: 'crm',
  })
  @MayBeLeftOut()
  @IsString()
  @MaxLength(200)
  @IsPlainText()
  q?: string;

  @ApiPropertyOptional({ enum: WEBHOOK_HEALTHS, description: 'Only webhooks with this health' })
  @MayBeLeftOut()
  @IsIn(WEBHOOK_HEALTHS)
  health?: WebhookHealth;
}

export class TestWebhookBody {
  @ApiPropertyOptional({
    description: 'Which event to make up; left out: the first that the webhook wants',
    enum: EVENT_TYPES,
  })
  @MayBeLeftOut()
  @IsIn(EVENT_TYPES)
  eventType?: EventType;
}
