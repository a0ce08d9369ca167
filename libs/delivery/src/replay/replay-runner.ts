import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { ChangeFeed, fromUuid, IN_INDEX_ORDER, Sql, Periodic } from '@app/platform';
import type { WebhookStatus } from '@app/webhooks';
import { DispatcherCommands } from '../commands/dispatcher-commands';
import { isCounting, nextPhase, type ReplayPhase } from './replay-phase';
import type { ReplayScope, StepResult } from './replay-query';
import type { ReplaySelection } from './replay-selection';
import { STEPS } from './replay-steps';
import { ReplayProgress } from './replay-progress';
import { REPLAY_TOPIC } from './replay.service';

/**
 * No more is handed over while so many wait for room at the webhook: a replay of a million then doesn't stand in front
 * of new events as a million, and cancelling it means something.
 */
const MAX_PARKED = 2_000;
const LOOK_AGAIN_MS = 1_000;

/** Accounts take turns, and so do the replays of one account: those that waited longest come first. */
const TAKE_NEXT = `
  select replays.id, replays.account_id, replays.webhook_id, replays.which, replays.since, replays.until, replays.phase,
         replays.after_id, webhooks.status as webhook_status, webhooks.deleted_at is not null as webhook_deleted,
         (select count(*)::int from (
            select from deliveries where webhook_id = replays.webhook_id and parked_at is not null limit ${MAX_PARKED}
          ) as parked) as parked
  from replays join webhooks on webhooks.id = replays.webhook_id
  left join replay_turns on replay_turns.account_id = replays.account_id
  where replays.finished_at is null and replays.next_batch_at <= now()
  order by replay_turns.last_step_at nulls first, replays.next_batch_at limit 1
  for update of replays skip locked`;

const TAKE_TURN = `
  insert into replay_turns (account_id, last_step_at) values ($1, clock_timestamp())
  on conflict (account_id) do update set last_step_at = excluded.last_step_at`;

const GO_ON = `
  update replays set phase = coalesce($2, phase), after_id = $3, count = count + $4, queued = queued + $5, next_batch_at = now()
  where id = $1`;

interface ReplayRow {
  id: string;
  account_id: string;
  webhook_id: string;
  which: ReplaySelection;
  since: Date;
  until: Date;
  phase: ReplayPhase;
  after_id: string | null;
  webhook_status: WebhookStatus;
  webhook_deleted: boolean;
  parked: number;
}

/**
 * Moves replays on, in every dispatcher. A step is one transaction: it locks the replay's row, puts some hundred
 * deliveries in line (or counts some thousand), and remembers where to go on. So two dispatchers never work on the same step, a crash neither
 * loses nor repeats one, and nothing has to be claimed, renewed or taken over.
 */
@Injectable()
export class ReplayRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ReplayRunner');
  private readonly loop = new Periodic(
    LOOK_AGAIN_MS,
    () => this.work(),
    (error) => this.logger.warn({ err: error, msg: 'Replaying will be tried again' }),
  );

  constructor(
    private readonly sql: Sql,
    private readonly changes: ChangeFeed,
    private readonly commands: DispatcherCommands,
    private readonly progress: ReplayProgress,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.on(REPLAY_TOPIC, () => void this.loop.runNow());
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  private async work(): Promise<void> {
    while (!this.loop.isStopping && (await this.step()));
    await this.progress.settle();
  }

  /**
   * Does one step of one replay.
   * @returns whether there was one to work on.
   */
  async step(): Promise<boolean> {
    const done = await this.sql.transaction(async (client) => {
      const [replay] = (await client.query<ReplayRow>(TAKE_NEXT)).rows;
      return replay ? { replay, queued: await this.advance(client, replay) } : null;
    });
    if (!done) return false;
    // If the wake-up is lost, the engine finds what is parked by itself, only later.
    if (done.queued > 0)
      await this.commands.wake([fromUuid('whk', done.replay.webhook_id)]).catch(() => undefined);
    return true;
  }

  private async advance(client: PoolClient, replay: ReplayRow): Promise<number> {
    const obstacle = obstacleOf(replay);
    if (obstacle) {
      await finish(client, replay.id, 'CANCELLED', obstacle);
      return 0;
    }
    if (replay.parked >= MAX_PARKED && !isCounting(replay.phase)) {
      await client.query(`update replays set next_batch_at = now() + interval '1 second' where id = $1`, [
        replay.id,
      ]);
      return 0;
    }
    await client.query(IN_INDEX_ORDER);
    await client.query(TAKE_TURN, [replay.account_id]);
    const { query, size } = STEPS[replay.phase];
    const { text, values } = query(scopeOf(replay), replay.after_id, size);
    const [{ seen, last_id: lastId, found }] = (await client.query<StepResult>(text, values)).rows;
    const phase = seen === size ? replay.phase : nextPhase(replay.which, replay.phase);
    const counted = isCounting(replay.phase) ? found : 0;
    const queued = found - counted;
    if (phase === null) await finish(client, replay.id, 'DONE', null);
    await client.query(GO_ON, [replay.id, phase, phase === replay.phase ? lastId : null, counted, queued]);
    return queued;
  }
}

function scopeOf(replay: ReplayRow): ReplayScope {
  const { since, until, which } = replay;
  return { id: replay.id, accountId: replay.account_id, webhookId: replay.webhook_id, since, until, which };
}

function obstacleOf(replay: ReplayRow): string | null {
  if (replay.webhook_deleted) return 'The webhook was deleted.';
  if (replay.webhook_status === 'PAUSED') return 'The webhook was paused.';
  if (replay.webhook_status === 'DISABLED')
    return 'The webhook was disabled, because every attempt had failed for days.';
  return null;
}

async function finish(
  client: PoolClient,
  id: string,
  status: 'DONE' | 'CANCELLED',
  reason: string | null,
): Promise<void> {
  await client.query(`update replays set status = $2, end_reason = $3, finished_at = now() where id = $1`, [
    id,
    status,
    reason,
  ]);
}
