import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsString } from 'class-validator';
import {
  type Replay,
  REPLAY_SELECTIONS,
  REPLAY_STATUSES,
  type ReplayRequest,
  type ReplaySelection,
  type ReplayState,
  type ReplayStatus,
  sumOfStates,
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

  @ApiPropertyOptional({ default: false, description: 'Only count: 200 `{count}`, and nothing is sent' })
  @MayBeLeftOut()
  @IsBoolean()
  dryRun?: boolean;
}

export class ReplaysBody extends ReplayBody {
  @ApiPropertyOptional({
    type: [String],
    minItems: 1,
    maxItems: 1_000,
    example: ['whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22'],
    description: 'Left out: all webhooks that are `ACTIVE`',
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @IsString({ each: true })
  webhookIds?: string[];
}

export class ReplayCountView {
  @ApiProperty({ type: 'integer', example: 1200, description: 'How many deliveries a replay would send' })
  count!: number;
}

export class ReplayStateView implements ReplayState {
  @ApiProperty({ example: 'rpl_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  id!: string;

  @ApiProperty({
    enum: REPLAY_STATUSES,
    example: 'RUNNING',
    description: '`RUNNING` until every delivery has ended',
  })
  status!: ReplayStatus;

  @ApiProperty({ type: 'integer', example: 1200, description: 'How many deliveries there are to send again' })
  selected!: number;

  @ApiProperty({ type: 'integer', example: 1190 })
  delivered!: number;

  @ApiProperty({ type: 'integer', example: 4 })
  failed!: number;

  @ApiProperty({ type: 'integer', example: 6, description: 'Not at their end: waiting, or to be retried' })
  pending!: number;

  @ApiProperty({ type: 'integer', example: 1200, description: 'The same as `selected`' })
  count!: number;
}

export class ReplayView extends ReplayStateView {
  @ApiProperty({ example: 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22' })
  webhookId!: string;

  @ApiProperty({ enum: REPLAY_SELECTIONS, example: 'failed', description: SELECTIONS })
  which!: ReplaySelection;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T00:00:00.000Z' })
  since!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-23T10:00:00.000Z' })
  until!: Date;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why it ended before its end' })
  endReason!: string | null;

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

export function toReplayView(replay: Replay, state: ReplayState): ReplayView {
  const { id, webhookId, which, since, until, endReason, count, isCounted, queued, createdAt, finishedAt } =
    replay;
  return {
    id,
    webhookId,
    which,
    since,
    until,
    endReason,
    count,
    isCounted,
    queued,
    createdAt,
    finishedAt,
    ...state,
  };
}

/** Of a replay of several webhooks. */
export function toReplayStateView(id: string, states: readonly ReplayState[]): ReplayStateView {
  const state = sumOfStates(states);
  return { id, ...state, count: state.selected };
}
