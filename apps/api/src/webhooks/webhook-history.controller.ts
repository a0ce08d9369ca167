import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ACTOR_KINDS, type ActorKind } from '@app/accounts';
import { IdParam, type Page, PageQuery } from '@app/platform';
import {
  WEBHOOK_ACTIONS,
  type WebhookAction,
  type WebhookChange,
  WebhookHistory,
  type WebhookHistoryEntry,
} from '@app/webhooks';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';

export class HistoryActorView {
  @ApiProperty({ enum: ACTOR_KINDS, example: 'dashboard' })
  kind!: ActorKind;

  @ApiProperty({ example: 'usr_17' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Ada',
    description: 'Of a key or a person, if known',
  })
  name!: string | null;
}

/** A setting as its route takes it: a text, number, list, or object. */
const ANY_SETTING = {
  nullable: true,
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'array', items: {} },
    { type: 'object', additionalProperties: true },
  ],
};

export class WebhookChangeView implements WebhookChange {
  @ApiProperty({ example: 'url', description: 'A header is `headers.<name>`' })
  field!: string;

  @ApiProperty({
    ...ANY_SETTING,
    example: 'https://old.example.com/hooks',
    description: 'Of secrets, headers, and `auth` only `changed`; null: there was none',
  })
  from!: unknown;

  @ApiProperty({ ...ANY_SETTING, example: 'https://crm.example.com/hooks/calls' })
  to!: unknown;
}

export class HistoryEntryView implements WebhookHistoryEntry {
  @ApiProperty({ example: 'aud_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ type: HistoryActorView })
  actor!: HistoryActorView;

  @ApiProperty({ enum: WEBHOOK_ACTIONS, example: 'update' })
  action!: WebhookAction;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  at!: Date;

  @ApiProperty({ type: [WebhookChangeView], description: 'Empty if what changed was not recorded' })
  changes!: WebhookChangeView[];
}

export class HistoryPage {
  @ApiProperty({ type: [HistoryEntryView] })
  data!: HistoryEntryView[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Null on the last page' })
  nextCursor!: string | null;
}

@ApiTags('Webhooks')
@CustomerController('webhooks')
export class WebhookHistoryController {
  constructor(private readonly history: WebhookHistory) {}

  @Get(':id/history')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'List who changed what, newest first',
    description: 'Secrets and values of headers appear only as `changed`.',
  })
  @ApiOkResponse({ type: HistoryPage })
  list(
    @Caller() caller: CustomerCaller,
    @IdParam('whk', 'webhook') id: string,
    @Query() page: PageQuery,
  ): Promise<Page<HistoryEntryView>> {
    return this.history.of(caller.accountId, id, page);
  }
}
