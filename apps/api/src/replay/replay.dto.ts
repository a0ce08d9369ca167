import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import {
  type Replay,
  REPLAY_SELECTIONS,
  REPLAY_STATUSES,
  type ReplayRequest,
  type ReplaySelection,
  type ReplayStatus,
} from '@app/delivery';
import { IsoTime } from '../http/iso-time';
import { MayBeLeftOut } from '../http/may-be-left-out';

const SELECTIONS =
  '`failed`: deliveries that failed; `missed`: events of its types that it never got, e.g. while it was paused; ' +
  '`all`: both, and also what was delivered';

export class ReplayBody implements ReplayRequest {
  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-11-23T00:00:00.000Z',
    description: 'Of what was made at this time or later (`missed`: of events, else of deliveries)',
  })
  @IsoTime()
  since!: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'And before this time; left out: until now',
  })
  @MayBeLeftOut()
  @IsoTime()
  until?: Date;

  @ApiProperty({ enum: REPLAY_SELECTIONS, example: 'failed', description: SELECTIONS })
  @IsIn(REPLAY_SELECTIONS)
  which!: ReplaySelection;
}

export class ReplayView {
  @ApiProperty({ example: 'rpl_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ enum: REPLAY_SELECTIONS, example: 'failed', description: SELECTIONS })
  which!: ReplaySelection;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T00:00:00.000Z' })
  since!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  until!: Date;

  @ApiProperty({
    enum: REPLAY_STATUSES,
    example: 'RUNNING',
    description: '`DONE`: everything is in line for sending, and goes out as the webhook has room',
  })
  status!: ReplayStatus;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why it ended before its end' })
  endReason!: string | null;

  @ApiProperty({ type: 'integer', example: 1200, description: 'How many deliveries there are to send again' })
  count!: number;

  @ApiProperty({
    example: true,
    description:
      'Whether `count` is final: a long window is counted in the background, before anything is sent',
  })
  isCounted!: boolean;

  @ApiProperty({ type: 'integer', example: 500, description: 'How many of them are in line or were sent' })
  queued!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  finishedAt!: Date | null;
}

export class ReplayPage {
  @ApiProperty({ type: [ReplayView] })
  data!: ReplayView[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Null on the last page' })
  nextCursor!: string | null;
}

export function toReplayView(replay: Replay): ReplayView {
  const { id, webhookId, which, since, until, status, endReason, count, isCounted, queued } = replay;
  const { createdAt, finishedAt } = replay;
  return {
    id,
    webhookId,
    which,
    since,
    until,
    status,
    endReason,
    count,
    isCounted,
    queued,
    createdAt,
    finishedAt,
  };
}
