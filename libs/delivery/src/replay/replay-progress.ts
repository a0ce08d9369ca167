import { Injectable } from '@nestjs/common';
import { fromUuid, Sql, toUuid } from '@app/platform';

/** What has become of the deliveries of a replay so far. */
export interface Progress {
  /** How many deliveries there are to send again, as far as they are counted. */
  selected: number;
  delivered: number;
  failed: number;
  /** Put in line, and not at their end. */
  pending: number;
  /** Selected, and not put in line yet. */
  toCome: number;
}

/** Counters and what is not counted yet come from one snapshot, so nothing is counted twice or not at all. */
const PROGRESS = `
  select replays.id, replays.count as selected, replays.delivered + coalesce(items.delivered, 0) as delivered,
         replays.failed + coalesce(items.failed, 0) as failed, coalesce(items.pending, 0) as pending,
         case replays.status when 'RUNNING' then greatest(0, replays.count - replays.queued) else 0 end as "toCome"
  from replays
  left join lateral (
    select count(*) filter (where status = 'DELIVERED')::int as delivered,
           count(*) filter (where status = 'FAILED')::int as failed,
           count(*) filter (where status = 'PENDING')::int as pending
    from replay_items join deliveries on deliveries.id = delivery_id
    where replay_id = replays.id
  ) as items on true
  where replays.account_id = $1 and replays.id = any ($2::uuid[])`;

const SETTLED_AT_ONCE = 2_000;
const LOCK = 7_201_131;

/** Counts the next items whose deliveries have ended, or are gone, and forgets them. */
const SETTLE = `
  with next as (
    select delivery_id, replay_id from replay_items where delivery_id > $1 order by delivery_id limit ${SETTLED_AT_ONCE}
  ), ended as (
    delete from replay_items using next left join deliveries on deliveries.id = next.delivery_id
    where replay_items.delivery_id = next.delivery_id and replay_items.replay_id = next.replay_id
      and deliveries.status is distinct from 'PENDING'
    returning replay_items.replay_id, deliveries.status
  ), counted as (
    update replays set delivered = replays.delivered + sums.delivered, failed = replays.failed + sums.failed
    from (
      select replay_id, count(*) filter (where status = 'DELIVERED')::int as delivered,
             count(*) filter (where status = 'FAILED')::int as failed
      from ended group by replay_id
    ) as sums where replays.id = sums.replay_id
  )
  select count(*)::int as looked_at, (select delivery_id from next order by delivery_id desc limit 1) as last_id from next`;

const FIRST = '00000000-0000-0000-0000-000000000000';

/** Follows each delivery of a replay to its end. */
@Injectable()
export class ReplayProgress {
  private after = FIRST;

  constructor(private readonly sql: Sql) {}

  /** Of an account's replays, by id. */
  async of(accountId: string, replayIds: readonly string[]): Promise<Map<string, Progress>> {
    const rows = await this.sql.rows<Progress & { id: string }>(PROGRESS, [
      toUuid(accountId),
      replayIds.map(toUuid),
    ]);
    return new Map(rows.map(({ id, ...progress }) => [fromUuid('rpl', id), progress]));
  }

  /** One portion; the next call goes on after it. One dispatcher at a time. */
  async settle(): Promise<void> {
    await this.sql.transaction(async (client) => {
      const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
        LOCK,
      ]);
      if (!lock.rows[0].mine) return;
      const { rows } = await client.query<{ looked_at: number; last_id: string | null }>(SETTLE, [
        this.after,
      ]);
      this.after = rows[0].looked_at < SETTLED_AT_ONCE ? FIRST : rows[0].last_id!;
    });
  }
}
