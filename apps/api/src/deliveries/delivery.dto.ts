import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, MaxLength } from 'class-validator';
import { DELIVERY_STATUSES, type DeliveryStatus } from '@app/delivery';
import { EVENT_TYPES, type EventType } from '@app/formatting';
import { IsPlainText } from '@app/platform';
import { IdFilter } from '../http/id-filter';
import { CallQuery } from '../http/call-query';
import { MayBeLeftOut } from '../http/may-be-left-out';
import { WindowQuery } from '../http/window-query';

export class DeliveriesQuery extends WindowQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @MayBeLeftOut()
  @IsIn(DELIVERY_STATUSES)
  status?: DeliveryStatus;

  @IdFilter('whk', 'To this webhook')
  webhookId?: string;

  @ApiPropertyOptional({ enum: EVENT_TYPES })
  @MayBeLeftOut()
  @IsIn(EVENT_TYPES)
  eventType?: EventType;

  @IdFilter('evt', 'Of this event')
  eventId?: string;

  @ApiPropertyOptional({ description: 'Of the events of this call', example: 'call_123', maxLength: 255 })
  @MayBeLeftOut()
  @MaxLength(255)
  @IsPlainText()
  callId?: string;

  @CallQuery()
  q?: string;
}

/** The filters of the list, for all that match. */
export class DeliveriesCsvQuery extends OmitType(DeliveriesQuery, ['limit', 'cursor'] as const) {}
