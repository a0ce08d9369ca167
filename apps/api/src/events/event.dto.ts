import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, MaxLength } from 'class-validator';
import { EVENT_TYPES, type EventType } from '@app/formatting';
import { IsPlainText } from '@app/platform';
import { IsIdOf } from '../http/id-filter';
import { CallQuery } from '../http/call-query';
import { MayBeLeftOut } from '../http/may-be-left-out';
import { WindowQuery } from '../http/window-query';

export class EventsQuery extends WindowQuery {
  @ApiPropertyOptional({ enum: EVENT_TYPES })
  @MayBeLeftOut()
  @IsIn(EVENT_TYPES)
  type?: EventType;

  @ApiPropertyOptional({ description: 'About this call', example: 'call_123', maxLength: 255 })
  @MayBeLeftOut()
  @MaxLength(255)
  @IsPlainText()
  callId?: string;

  @CallQuery()
  q?: string;
}

/** The filters of the list, for all that match. */
export class EventsCsvQuery extends OmitType(EventsQuery, ['limit', 'cursor'] as const) {}

export class SendEventBody {
  @ApiProperty({ description: 'The webhook to send to', example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  @IsIdOf('whk')
  webhookId!: string;
}
