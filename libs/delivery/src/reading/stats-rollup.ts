import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Sql, Periodic } from '@app/platform';
import { HOUR_OF_ID, idAt } from './delivery-counts';
import { DURATION_BUCKET_SQL } from './response-times';

/** An attempt is on record this long after its start: it lasts 10 s at most, and is then committed within moments. */
const LAG_MS = 30_000;
/** Smaller portions hold up less: half a minute of 3,000 attempts a second takes the database a quarter of a second. */
const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Catching up goes in steps that stay within seconds also when thousands were sent every second. */
const STEP_MS = 5 * 60_000;
/** An hour is counted again, exactly, this long after its end: for what was recorded late while PostgreSQL was away. */
const SETTLE_AFTER_MS = 10 * 60_000;
const SETTLE_WITHIN_MS = 10_000;
const KEEP_DAYS = 31;

const FIRST_ATTEMPT = `select date_trunc('hour', min(started_at), 'UTC') as hour from attempts`;

function count(onConflict: string): string {
  return `
    insert into attempt_hours (hour, webhook_id, outcome, duration_bucket, attempts)
    select date_trunc('hour', started_at, 'UTC'), webhook_id, outcome, ${DURATION_BUCKET_SQL}, count(*)
    from attempts where started_at >= $1 and started_at < $2
    group by 1, 2, 3, 4
    on conflict (hour, webhook_id, outcome, duration_bucket) do update set ${onConflict}`;
}
export const COUNT_MORE = count('attempts = attempt_hours.attempts + excluded.attempts');
export const COUNT_AGAIN = count(
  `attempts = excluded.attempts where attempt_hours.attempts <> excluded.attempts`,
);

/** Their ids are made when they are committed, so all of an id's time are there after the lag. */
const COUNT_DELIVERIES = `
  insert into delivery_hours (hour, webhook_id, deliveries)
  select ${HOUR_OF_ID}, webhook_id, count(*) from deliveries where id >= $1::uuid and id < $2::uuid group by 1, 2
  on conflict (hour, webhook_id) do update set deliveries = delivery_hours.deliveries + excluded.deliveries`;

const FIRST_DELIVERY = `select date_trunc('hour', min(created_at), 'UTC') as hour from deliveries where id = (select id from deliveries order by id limit 1)`;

interface Progress {
  deliveries_counted_until: Date | null;
  counted_until: Date | null;
  settled_until: Date | null;
  now: Date;
}

/**
 * Counts attempts by hour, webhook, outcome and response time, so that statistics over a month don't read millions of
 * rows. It reads what was recorded since the last time along the index by time (docs/decisions/0006). One process at a
 * time does it, whichever takes the row of the progress; counts and progress are committed together, so a crash neither
 * loses nor repeats anything.
 */
@Injectable()
export class StatsRollup implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('StatsRollup');
  private readonly loop = new Periodic(
    EVERY_MS,
    () => this.catchUp(),
    (error) => this.logger.warn({ err: error, msg: 'Counting will be tried again' }),
  );

  constructor(private readonly sql: Sql) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Counts all that can be counted by now. */
  async catchUp(): Promise<void> {
    while (!this.loop.isStopping && (await this.step()));
  }

  /**
   * Counts some minutes' worth, or settles an hour.
   * @returns whether there is more to count now.
   */
  async step(): Promise<boolean> {
    return this.sql.transaction(async (client) => {
      const { rows } = await client.query<Progress>(
        `select counted_until, settled_until, deliveries_counted_until, date_trunc('milliseconds', clock_timestamp()) as now
         from attempt_hours_progress for update skip locked`,
      );
      const progress = rows[0];
      if (!progress) return false;
      const more = await this.countDeliveries(client, progress);
      return (await this.countMore(client, progress)) || more || (await this.settle(client, progress));
    });
  }

  private async countMore(client: PoolClient, progress: Progress): Promise<boolean> {
    const horizon = progress.now.getTime() - LAG_MS;
    const from = progress.counted_until ?? (await firstHour(client, FIRST_ATTEMPT)) ?? new Date(horizon);
    const to = new Date(Math.min(horizon, from.getTime() + STEP_MS));
    if (to <= from) return false;
    await client.query(COUNT_MORE, [from, to]);
    await client.query(
      'update attempt_hours_progress set counted_until = $1, settled_until = coalesce(settled_until, $2)',
      [to, startOfHour(from)],
    );
    return to.getTime() < horizon;
  }

  private async countDeliveries(client: PoolClient, progress: Progress): Promise<boolean> {
    const horizon = progress.now.getTime() - LAG_MS;
    const oldest = new Date(horizon - KEEP_DAYS * 24 * HOUR_MS);
    const first = progress.deliveries_counted_until ?? (await firstHour(client, FIRST_DELIVERY));
    const from = first === null ? new Date(horizon) : first < oldest ? startOfHour(oldest) : first;
    const to = new Date(Math.min(horizon, from.getTime() + STEP_MS));
    if (to <= from) return false;
    await client.query(COUNT_DELIVERIES, [idAt(from), idAt(to)]);
    await client.query('update attempt_hours_progress set deliveries_counted_until = $1', [to]);
    return to.getTime() < horizon;
  }

  private async settle(client: PoolClient, { now, settled_until: hour }: Progress): Promise<boolean> {
    if (!hour || hour.getTime() + HOUR_MS + SETTLE_AFTER_MS > now.getTime()) return false;
    const next = new Date(hour.getTime() + HOUR_MS);
    await client.query('savepoint settling');
    try {
      await client.query(`set local statement_timeout = ${SETTLE_WITHIN_MS}`);
      await client.query(COUNT_AGAIN, [hour, next]);
    } catch (error) {
      // An hour with too many millions stays as it was counted first; at most what came late is missing.
      await client.query('rollback to savepoint settling');
      this.logger.warn(
        `The hour of ${hour.toISOString()} was not counted again: ${(error as Error).message}`,
      );
    }
    await client.query(`delete from delivery_hours where hour < now() - interval '${KEEP_DAYS} days'`);
    await client.query(`delete from attempt_hours where hour < now() - interval '${KEEP_DAYS} days'`);
    await client.query('update attempt_hours_progress set settled_until = $1', [next]);
    return true;
  }
}

async function firstHour(client: PoolClient, query: string): Promise<Date | null> {
  return (await client.query<{ hour: Date | null }>(query)).rows[0].hour;
}

function startOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
}
