import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit, HotPathSql, plainArray, textArray, toUuid, uuidv7 } from '@app/platform';
import type { AttemptResult } from '../attempt';
import { Hand } from '../engine/hand';
import { endingWith, type InHand, type Lease } from '../engine/in-hand';
import { Membership } from '../engine/membership';
import { untilWritten } from './until-written';

/** What an attempt makes of its delivery. `KEPT`: nothing, it was a manual attempt that failed. */
export type Verdict = { status: 'DELIVERED' | 'FAILED' | 'KEPT' } | { status: 'RETRY'; retryInMs: number };

export interface AttemptRecord {
  delivery: InHand;
  result: AttemptResult;
  verdict: Verdict;
  /** Whether a retry waits in hand of this process; otherwise it becomes due to whoever comes first. */
  retryInHand: boolean;
  /** When the attempt ended, by `performance.now()`: a retry's wait counts from there, not from its record. */
  endedAt: number;
}

/**
 * One statement is one transaction: the attempts of a group, what they make of their deliveries, the end of the
 * leases of which they were the last, and the lease of those whose retry waits in hand (HELD). A delivery that was
 * taken over meanwhile is changed by a success only.
 */
export const RECORD_GROUP = {
  name: 'attempts.record-group',
  text: `
    with made as (
      select * from unnest(
        $1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::bigint[], $7::int[], $8::text[], $9::int[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[], $17::text[], $18::int[]
      ) as t (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
              error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated,
              verdict, retry_in_ms)
    ), recorded as (
      insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                            error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated)
      select id, delivery_id, number, webhook_id, trigger, to_timestamp(started_at / 1000.0), duration_ms, outcome, status_code,
             error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated
      from made
      on conflict (delivery_id, number) do nothing
    ), closed as (
      delete from delivery_leases where id = any ($19::uuid[])
    ), fulfilled as (
      delete from manual_attempts where id = any ($19::uuid[])
    ), held as (
      insert into delivery_leases (id, dispatcher_id, delivery_ids)
      select $20::uuid, $21::uuid, array_agg(delivery_id) from made where verdict = 'HELD' having count(*) > 0
      on conflict (id) do update set delivery_ids = delivery_leases.delivery_ids || excluded.delivery_ids
    )
    update deliveries set
      status = case when verdict in ('RETRY', 'HELD') then 'PENDING' when verdict = 'KEPT' then status else verdict end,
      due_at = case verdict when 'RETRY' then now() + retry_in_ms * interval '1 millisecond' when 'KEPT' then due_at end,
      retry_at = case verdict when 'HELD' then now() + retry_in_ms * interval '1 millisecond' when 'KEPT' then retry_at end,
      parked_at = case verdict when 'KEPT' then parked_at end,
      failed_at = case verdict when 'FAILED' then now() when 'KEPT' then failed_at end,
      finished_at = case when verdict in ('DELIVERED', 'FAILED') then now() when verdict = 'KEPT' then finished_at end,
      last_outcome = made.outcome,
      last_status_code = made.status_code
    from made
    where deliveries.id = made.delivery_id
      and (verdict in ('DELIVERED', 'KEPT') or (status = 'PENDING' and due_at is null and parked_at is null))`,
};

/**
 * Records attempts in groups. An attempt that was made is recorded, however long PostgreSQL is away: it is tried again
 * until it works, and until then its lease stays open.
 */
@Injectable()
export class AttemptRecorder {
  private readonly logger = new Logger('AttemptRecorder');
  private readonly group = new GroupCommit<AttemptRecord, Lease | null>((records) => this.commit(records), {
    // Nobody waits for a record but the delivery's lease; gathering for longer halves the commits at medium load.
    lingerMs: 8,
    maxItems: 400,
    concurrency: 2,
  });

  constructor(
    private readonly sql: HotPathSql,
    private readonly hand: Hand,
    private readonly membership: Membership,
  ) {}

  /** Resolves when it is committed. @returns the lease under which its retry waits in hand. */
  record(record: AttemptRecord): Promise<Lease | null> {
    return this.group.add(record);
  }

  async drained(): Promise<void> {
    await this.group.drained();
  }

  private async commit(records: AttemptRecord[]): Promise<(Lease | null)[]> {
    // A delivery can be in a group twice (its own attempt and a manual one); a statement changes a row once.
    const seen = new Set<string>();
    const first: AttemptRecord[] = [];
    const again: AttemptRecord[] = [];
    for (const record of records) {
      (seen.has(record.delivery.id) ? again : first).push(record);
      seen.add(record.delivery.id);
    }
    const deliveries = records.map(({ delivery }) => delivery);
    const ending = [...endingWith(deliveries), ...this.hand.takeEnded()];
    const closing = ending.map(({ id }) => id);
    const held: Lease = { id: uuidv7(), open: records.filter(({ retryInHand }) => retryInHand).length };
    await this.write(first, again.length === 0 ? closing : [], held);
    for (const record of again) await this.write([record], record === again.at(-1) ? closing : [], held);
    this.hand.committed(deliveries, ending);
    return records.map(({ retryInHand }) => (retryInHand ? held : null));
  }

  private async write(records: AttemptRecord[], closing: string[], held: Lease): Promise<void> {
    const leases = [plainArray(closing), held.id, this.membership.dispatcherId];
    // Anew for each try: what a retry still has to wait for goes on getting less.
    const write = (): Promise<number> =>
      this.sql.execute(RECORD_GROUP, [...recordValues(records), ...leases]);
    try {
      await untilWritten(write, this.logger);
    } catch (error) {
      await this.writeWithoutTheBad(records, closing, held, error);
    }
  }

  /** One record that PostgreSQL won't take must not keep the others of its group from being recorded. */
  private async writeWithoutTheBad(
    records: AttemptRecord[],
    closing: string[],
    held: Lease,
    error: unknown,
  ): Promise<void> {
    if (records.length > 1) {
      const half = records.length >> 1;
      await this.write(records.slice(0, half), [], held);
      await this.write(records.slice(half), closing, held);
      return;
    }
    const [record] = records as [AttemptRecord];
    if (record.result.responseBody === null && record.result.responseHeaders === null) throw error;
    this.logger.error(
      { err: error, deliveryId: record.delivery.id },
      'The answer could not be recorded; the attempt is, without it',
    );
    const result = { ...record.result, responseBody: null, responseHeaders: null };
    await this.write([{ ...record, result }], closing, held);
  }
}

function recordValues(records: AttemptRecord[]): unknown[] {
  const results = records.map(({ result }) => result);
  const deliveries = records.map(({ delivery }) => delivery);
  return [
    plainArray(records.map(() => uuidv7())),
    plainArray(deliveries.map(({ id }) => toUuid(id))),
    plainArray(deliveries.map(({ number }) => number)),
    plainArray(deliveries.map(({ webhookId }) => toUuid(webhookId))),
    plainArray(deliveries.map(({ trigger }) => trigger)),
    plainArray(results.map(({ startedAt }) => startedAt)),
    plainArray(results.map(({ durationMs }) => durationMs)),
    plainArray(results.map(({ outcome }) => outcome)),
    plainArray(results.map(({ statusCode }) => statusCode)),
    textArray(results.map(({ errorCode }) => errorCode)),
    textArray(results.map(({ errorText }) => errorText)),
    textArray(results.map(({ requestUrl }) => requestUrl)),
    textArray(results.map(({ requestHeaders }) => requestHeaders)),
    textArray(results.map(({ responseHeaders }) => responseHeaders && JSON.stringify(responseHeaders))),
    textArray(results.map(({ responseBody }) => responseBody)),
    plainArray(results.map(({ responseTruncated }) => (responseTruncated ? 't' : 'f'))),
    plainArray(records.map(({ verdict, retryInHand }) => (retryInHand ? 'HELD' : verdict.status))),
    plainArray(records.map(remainingMs)),
  ];
}

/** How long a retry still has to wait; null when there is none. */
function remainingMs({ verdict, endedAt }: AttemptRecord): number | null {
  if (verdict.status !== 'RETRY') return null;
  return Math.max(0, Math.round(verdict.retryInMs - (performance.now() - endedAt)));
}
