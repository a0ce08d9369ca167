import { type IdPrefix, firstIdAt, Sql, toUuid } from '@app/platform';
import { unparkedPendingIds } from './delivery-query';
import type { StatsWindow } from './stats-window';

/** How many deliveries there are in each state. */
export interface DeliveryCounts {
  total: number;
  delivered: number;
  /** Sent, and failed for good. */
  failed: number;
  /** Failed because nothing was sent: the webhook was deleted, or the payload erased. */
  notSent: number;
  pending: number;
}

/** The hour in which a delivery was made, as its id says: an index on ids is then enough to count by. */
export const HOUR_OF_ID = `date_trunc('hour',
  to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0), 'UTC')`;

/** As in `STATS`: what was counted, what came after, and the progress itself come from one snapshot. */
const TOTALS = `
  select hour, deliveries as total from delivery_hours where webhook_id = $1 and hour = any ($2::timestamptz[])
  union all
  select ${HOUR_OF_ID}, count(*)::int from deliveries where webhook_id = $1 and id >= $3::uuid group by 1`;

const FAILED = `
  select ${HOUR_OF_ID} as hour, count(*) filter (where last_outcome is distinct from 'NOT_SENT')::int as failed,
         count(*) filter (where last_outcome = 'NOT_SENT')::int as not_sent
  from deliveries where webhook_id = $1 and failed_at is not null and id >= $2::uuid group by 1`;

const PENDING = `
  select hour, count(*)::int as pending from (
    select ${HOUR_OF_ID} as hour from deliveries where webhook_id = $1 and parked_at is not null and id >= $2::uuid
    union all
    select ${HOUR_OF_ID} from deliveries
    where webhook_id = $1 and status = 'PENDING' and parked_at is null and id >= $2::uuid
      and (due_at is not null or id = any (array(${unparkedPendingIds('$3')})))
  ) as pending group by 1`;

const COUNTED_UNTIL = 'select deliveries_counted_until as until from attempt_hours_progress';

interface HourRow {
  hour: Date;
  total?: number;
  failed?: number;
  not_sent?: number;
  pending?: number;
}

/**
 * Deliveries of a webhook by the hour in which they were made, and their present state. Those delivered are all that are
 * neither failed nor pending: an index that knew them would have to be changed by every success.
 */
export async function countDeliveries(
  sql: Sql,
  accountId: string,
  webhookId: string,
  { since, hours }: StatsWindow,
): Promise<Map<number, DeliveryCounts>> {
  const webhook = toUuid(webhookId);
  const from = idAt(since);
  const rows = await sql.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const [{ until }] = (await client.query<{ until: Date | null }>(COUNTED_UNTIL)).rows;
    const tail = idAt(until && until > since ? until : since);
    const counted = until === null ? [] : hours;
    return [
      ...(await client.query<HourRow>(TOTALS, [webhook, counted, tail])).rows,
      ...(await client.query<HourRow>(FAILED, [webhook, from])).rows,
      ...(await client.query<HourRow>(PENDING, [webhook, from, toUuid(accountId)])).rows,
    ];
  });
  const counts = new Map(hours.map((hour) => [hour.getTime(), emptyCounts()]));
  for (const { hour, total = 0, failed = 0, not_sent: notSent = 0, pending = 0 } of rows) {
    const count = counts.get(hour.getTime());
    if (!count) continue;
    count.total += total;
    count.failed += failed;
    count.notSent += notSent;
    count.pending += pending;
  }
  for (const count of counts.values())
    count.delivered = Math.max(0, count.total - count.failed - count.notSent - count.pending);
  return counts;
}

export function emptyCounts(): DeliveryCounts {
  return { total: 0, delivered: 0, failed: 0, notSent: 0, pending: 0 };
}

export function sumOfCounts(all: Iterable<DeliveryCounts>): DeliveryCounts {
  const sum = emptyCounts();
  for (const counts of all)
    for (const field of Object.keys(sum) as (keyof DeliveryCounts)[]) sum[field] += counts[field];
  return sum;
}

/** Delivered of all that were sent and have ended, 0 to 1; null when there are none. */
export function successRateOf({ delivered, failed }: DeliveryCounts): number | null {
  return delivered + failed === 0 ? null : delivered / (delivered + failed);
}

export function idAt(time: Date): string {
  return toUuid(firstIdAt<IdPrefix>('dlv', time));
}
