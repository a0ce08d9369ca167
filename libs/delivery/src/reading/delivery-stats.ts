import { Injectable } from '@nestjs/common';
import { Problem, Sql, toUuid } from '@app/platform';
import { ATTEMPT_OUTCOMES, type AttemptOutcome } from '../attempt';
import {
  countDeliveries,
  type DeliveryCounts,
  emptyCounts,
  successRateOf,
  sumOfCounts,
} from './delivery-counts';
import { DURATION_BUCKET_SQL, type Percentiles, percentilesOf, type ResponseTimes } from './response-times';
import { parseWindow, type StatsWindow } from './stats-window';

/** How the deliveries of some time went, and the attempts that were made in it. */
export interface AttemptCounts {
  /** Deliveries that were made in this time, by their present state. */
  deliveries: DeliveryCounts;
  attempts: number;
  /** Every outcome is there, also with 0. */
  byOutcome: Record<AttemptOutcome, number>;
  /** Of deliveries: delivered of all that were sent and have ended, 0 to 1; null when there are none. */
  successRate: number | null;
  /** Of the attempts that got an answer, whatever its status. */
  responseMs: Percentiles;
}

export interface WebhookStats extends AttemptCounts {
  webhookId: string;
  window: string;
  since: Date;
  until: Date;
  /** One entry for each hour of the window, oldest first, also where nothing was sent. */
  hours: ({ hour: Date } & AttemptCounts)[];
}

export interface StatsRow {
  hour: Date;
  outcome: AttemptOutcome;
  bucket: number;
  attempts: number;
}

/**
 * Hours that `StatsRollup` has counted, and what came after by the index on attempts by time: half a minute of them, of
 * all webhooks. `$3` is there for the planner, which cannot know what the progress table says; the progress itself is
 * read by the same statement, so nothing is counted twice or not at all while counting goes on.
 */
export const STATS = `
  select hour, outcome, duration_bucket as bucket, attempts
  from attempt_hours where webhook_id = $1 and hour = any ($2::timestamptz[])
  union all
  select date_trunc('hour', started_at, 'UTC'), outcome, ${DURATION_BUCKET_SQL}, count(*)::int
  from attempts
  where webhook_id = $1 and started_at >= $3::timestamptz
    and started_at >= (select coalesce(counted_until, $3::timestamptz) from attempt_hours_progress)
  group by 1, 2, 3`;

const COUNTED_UNTIL = 'select counted_until from attempt_hours_progress';
const OWN_WEBHOOK = 'select 1 from webhooks where account_id = $1 and id = $2 and deleted_at is null';

const ANSWERED: readonly AttemptOutcome[] = ['DELIVERED', 'HTTP_ERROR'];

/** How a webhook has been doing. */
@Injectable()
export class DeliveryStats {
  constructor(private readonly sql: Sql) {}

  /**
   * Counts of a webhook's attempts over a window such as `24h` or `7d`, at most 30 days.
   * @throws Problem not_found, validation_failed
   */
  async ofWebhook(
    accountId: string,
    webhookId: string,
    window: string,
    now = new Date(),
  ): Promise<WebhookStats> {
    const span = parseWindow(window, now);
    const [own] = await this.sql.rows(OWN_WEBHOOK, [toUuid(accountId), toUuid(webhookId)]);
    if (!own) throw Problem.notFound('webhook');
    const [progress] = await this.sql.rows<{ counted_until: Date | null }>(COUNTED_UNTIL);
    const tail = new Date(Math.max(span.since.getTime(), progress?.counted_until?.getTime() ?? 0));
    const rows = await this.sql.rows<StatsRow>(STATS, [toUuid(webhookId), span.hours, tail]);
    const deliveries = await countDeliveries(this.sql, accountId, webhookId, span);
    return { webhookId, window, ...statsOf(rows, deliveries, span) };
  }
}

/** Puts rows together: by the hour and over all. */
export function statsOf(
  rows: StatsRow[],
  deliveries: Map<number, DeliveryCounts>,
  span: StatsWindow,
): Omit<WebhookStats, 'webhookId' | 'window'> {
  const all = new Tally();
  const byHour = new Map(span.hours.map((hour) => [hour.getTime(), new Tally()]));
  for (const row of rows) {
    const hour = byHour.get(row.hour.getTime());
    if (!hour) continue;
    hour.add(row);
    all.add(row);
  }
  return {
    since: span.since,
    until: span.until,
    ...all.counts(sumOfCounts(deliveries.values())),
    hours: span.hours.map((hour) => ({
      hour,
      ...byHour.get(hour.getTime())!.counts(deliveries.get(hour.getTime()) ?? emptyCounts()),
    })),
  };
}

class Tally {
  private attempts = 0;
  private readonly byOutcome = Object.fromEntries(ATTEMPT_OUTCOMES.map((name) => [name, 0])) as Record<
    AttemptOutcome,
    number
  >;
  private readonly times: ResponseTimes = new Map();

  add({ outcome, bucket, attempts }: StatsRow): void {
    this.attempts += attempts;
    this.byOutcome[outcome] += attempts;
    if (ANSWERED.includes(outcome)) this.times.set(bucket, (this.times.get(bucket) ?? 0) + attempts);
  }

  counts(deliveries: DeliveryCounts): AttemptCounts {
    return {
      deliveries,
      attempts: this.attempts,
      byOutcome: this.byOutcome,
      successRate: successRateOf(deliveries),
      responseMs: percentilesOf(this.times),
    };
  }
}
