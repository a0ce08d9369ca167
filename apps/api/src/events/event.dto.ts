import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, MaxLength } from 'class-validator';
import { EVENT_TYPES, type EventType } from '@app/formatting';
import { IsPlainText } from '@app/platform';
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
}
