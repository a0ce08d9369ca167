import { Injectable, Logger, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { WAITING_SQL } from '@app/delivery';
import { Sql } from '@app/platform';
import { BUCKET_SQL, BUCKETS } from './histogram';
import type { Minute } from './minutes';

const EVERY_MS = 15_000;
/** An attempt is recorded at its end, up to 10 s after its start, and a little later. */
const LATEST_RECORD_MS = 15_000;
const MINUTE_MS = 60_000;
const KEPT_MS = 8 * 24 * 60 * MINUTE_MS;
const MINUTES_AT_ONCE = 60;
const LOCK = 7_201_128;

interface CountRow {
  minute: Date;
  delivered: boolean;
  answered: boolean;
  bucket: number;
  count: number;
}

const COUNTS = `
  select date_trunc('minute', started_at) as minute, outcome = 'DELIVERED' as delivered,
         outcome in ('DELIVERED', 'HTTP_ERROR') as answered, ${BUCKET_SQL} as bucket, count(*)::int as count
  from attempts where started_at >= $1 and started_at < $2
  group by 1, 2, 3, 4`;

/** Deliveries that no dispatcher has claimed: parked ones by a partial index that holds nothing else, and retries by their batches. */
const WAITING = `
  select (select count(*)::int from deliveries where ${WAITING_SQL})
           + (select coalesce(sum(cardinality(delivery_ids)), 0)::int from retry_batches) as waiting,
         (extract(epoch from now() - least(
           (select min(due_at) from retry_batches where due_at < now()),
           (select min(parked_at) from deliveries where parked_at is not null))) * 1000)::bigint as oldest_ms`;

/** What waits now. The oldest is the one most overdue: a retry that is due in two hours does not wait for us. */
export interface Waiting {
  waiting: number;
  oldestWaitingMs: number | null;
}

/** Counts each minute once, so that the start page's charts read minutes instead of attempts. */
@Injectable()
export class MinuteSampler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('StartPage');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<unknown> | null = null;
  private closed = false;

  constructor(private readonly sql: Sql) {}

  onApplicationBootstrap(): void {
    const tick = (): void => {
      this.running ??= this.catchUp()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'Minutes are not being counted'))
        .finally(() => (this.running = null));
    };
    this.timer = setInterval(tick, EVERY_MS);
    this.timer.unref();
    tick();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Counts all whole minutes that have not been counted. */
  async catchUp(now = new Date()): Promise<void> {
    while (!this.closed && (await this.step(now)));
  }

  /** Minutes that are kept, oldest first, and those of the last moments counted on the spot. */
  async since(from: Date, now: Date): Promise<Minute[]> {
    const kept = await this.sql.rows<Minute>(
      'select minute, attempts, delivered, duration_histogram, waiting, oldest_waiting_ms::float8 from backoffice_minutes where minute >= $1 order by minute',
      [from],
    );
    const next = kept.at(-1) ? new Date(kept.at(-1)!.minute.getTime() + MINUTE_MS) : from;
    const fresh = new Date(Math.max(next.getTime(), now.getTime() - 3 * MINUTE_MS));
    const rows = await this.sql.rows<CountRow>(COUNTS, [fresh, new Date(now.getTime() + MINUTE_MS)]);
    return [...kept, ...minutesOf(rows)];
  }

  async waiting(): Promise<Waiting> {
    const [row] = await this.sql.rows<{ waiting: number; oldest_ms: string | null }>(WAITING);
    return {
      waiting: row.waiting,
      oldestWaitingMs: row.oldest_ms === null ? null : Math.max(0, Number(row.oldest_ms)),
    };
  }

  private async step(now: Date): Promise<boolean> {
    const waiting = await this.waiting();
    return this.sql.transaction(async (client) => {
      const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
        LOCK,
      ]);
      if (!lock.rows[0]?.mine) return false;
      const { rows } = await client.query<{ newest: Date | null }>(
        'select max(minute) as newest from backoffice_minutes',
      );
      const earliest = now.getTime() - KEPT_MS;
      const from = floor(
        Math.max(earliest, rows[0]?.newest ? rows[0].newest.getTime() + MINUTE_MS : earliest),
      );
      const end = floor(now.getTime() - LATEST_RECORD_MS);
      const to = Math.min(end, from + MINUTES_AT_ONCE * MINUTE_MS);
      if (to <= from) return false;
      await this.count(client, from, to, to === end ? waiting : null);
      await client.query('delete from backoffice_minutes where minute < $1', [new Date(earliest)]);
      return to < end;
    });
  }

  private async count(client: PoolClient, from: number, to: number, waiting: Waiting | null): Promise<void> {
    const { rows } = await client.query<CountRow>(COUNTS, [new Date(from), new Date(to)]);
    const minutes = new Map(minutesOf(rows).map((minute) => [minute.minute.getTime(), minute]));
    const last = to - MINUTE_MS;
    // The last one is always written, also when nothing happened: it says how far has been counted.
    if (!minutes.has(last)) minutes.set(last, emptyMinute(new Date(last)));
    for (const [at, minute] of minutes) {
      const looked = at === last ? waiting : null;
      await client.query(
        `insert into backoffice_minutes (minute, attempts, delivered, duration_histogram, waiting, oldest_waiting_ms)
         values ($1, $2, $3, $4, $5, $6) on conflict (minute) do nothing`,
        [
          minute.minute,
          minute.attempts,
          minute.delivered,
          minute.duration_histogram,
          looked?.waiting,
          looked?.oldestWaitingMs,
        ],
      );
    }
  }
}

function minutesOf(rows: CountRow[]): Minute[] {
  const minutes = new Map<number, Minute>();
  for (const row of rows) {
    const at = row.minute.getTime();
    const minute = minutes.get(at) ?? emptyMinute(row.minute);
    minutes.set(at, minute);
    minute.attempts += row.count;
    if (row.delivered) minute.delivered += row.count;
    if (row.answered) minute.duration_histogram[row.bucket] += row.count;
  }
  return [...minutes.values()].sort((a, b) => a.minute.getTime() - b.minute.getTime());
}

function emptyMinute(minute: Date): Minute {
  return {
    minute,
    attempts: 0,
    delivered: 0,
    duration_histogram: new Array<number>(BUCKETS).fill(0),
    waiting: null,
    oldest_waiting_ms: null,
  };
}

function floor(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
