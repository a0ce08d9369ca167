import { ApiPropertyOptional } from '@nestjs/swagger';
import { PageQuery } from '@app/platform';
import { IsoTime } from './iso-time';
import { MayBeLeftOut } from './may-be-left-out';

/** A page of what was made within a window of time. */
export class WindowQuery extends PageQuery {
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Made at this time or later',
    example: '2026-11-23T00:00:00.000Z',
  })
  @MayBeLeftOut()
  @IsoTime()
  since?: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Made before this time',
    example: '2026-12-24T00:00:00.000Z',
  })
  @MayBeLeftOut()
  @IsoTime()
  until?: Date;
}
