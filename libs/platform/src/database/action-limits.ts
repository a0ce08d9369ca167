import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';
import { Sql } from './sql';

/**
 * One statement: requests at the same moment, in whatever process, wait for each other's row. A hit is stored only if it
 * was within the limit, so a row never holds more than that.
 */
const TAKE = `
  insert into action_limits as known (key, hits, expires_at)
  values ($1, array[now()], now() + $3::int * interval '1 second')
  on conflict (key) do update set
    hits = array(select hit from unnest(known.hits) as hit where hit > now() - $3::int * interval '1 second') || now(),
    expires_at = excluded.expires_at
  where (select count(*) from unnest(known.hits) as hit where hit > now() - $3::int * interval '1 second') < $2::int
  returning 1`;
const SECONDS_LEFT = `
  select greatest(1, ceil(extract(epoch from min(hit) + $2::int * interval '1 second' - now())))::int as seconds
  from action_limits, unnest(hits) as hit where key = $1 and hit > now() - $2::int * interval '1 second'`;

/** A limit of how often something may be done, in any window of its length. */
export interface ActionLimit {
  /** What is limited, for people: `tests of webhooks`. */
  what: string;
  most: number;
  windowSeconds: number;
}

/** Limits that hold at all times and in every process: they are counted in PostgreSQL. For what is done rarely. */
@Injectable()
export class ActionLimits {
  constructor(private readonly sql: Sql) {}

  /**
   * Counts one more.
   * @param key whose limit it is, e.g. `test:acc_…`.
   * @throws Problem rate_limited with `Retry-After` when there would be too many within the window.
   */
  async take(key: string, { what, most, windowSeconds }: ActionLimit): Promise<void> {
    if ((await this.sql.execute(TAKE, [key, most, windowSeconds])) > 0) return;
    const [row] = await this.sql.rows<{ seconds: number | null }>(SECONDS_LEFT, [key, windowSeconds]);
    const seconds = row?.seconds ?? 1;
    throw new Problem(
      'rate_limited',
      `At most ${most} ${what} in ${windowSeconds} s. Try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}
