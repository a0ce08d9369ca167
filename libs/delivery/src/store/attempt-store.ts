import { Injectable } from '@nestjs/common';
import { HotPathSql, plainArray, textArray, toUuid } from '@app/platform';
import type { AttemptResult } from '../attempt';
import type { ClaimedDelivery } from '../claims/claimed-delivery';

/**
 * What an attempt makes of its delivery. `KEPT`: nothing, it was a manual attempt that failed. A retry that does not
 * count is one that the endpoint asked for (`Retry-After`).
 */
export type Verdict =
  { status: 'DELIVERED' | 'FAILED' | 'KEPT' } | { status: 'RETRY'; retryInMs: number; counts: boolean };

/** One attempt, ready to be written. It has one id however often the writing is tried. */
export interface AttemptRecord {
  attemptId: string;
  delivery: ClaimedDelivery;
  result: AttemptResult;
  verdict: Verdict;
  /** The batch in which its retry waits, and how long from now, in milliseconds; null unless the verdict is RETRY. */
  retry: { batchId: string; inMs: number } | null;
}

/**
 * One statement is one transaction: the attempts of a group, what they make of their deliveries, the batches in which
 * their retries wait, and the end of leases. Only a success counts from any dispatcher; every other verdict is fenced
 * by the claim: it changes a delivery only while this dispatcher's lease has it. (Or its batch: then the statement was
 * carried out before, and its answer was lost.)
 */
export const RECORD_GROUP = {
  name: 'attempts.record-group',
  text: `
    with made as (
      select * from unnest(
        $1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::bigint[], $7::int[], $8::text[], $9::int[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[],
        $17::text[], $18::uuid[], $19::uuid[], $20::int[]
      ) as t (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
              error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated,
              verdict, claim_id, batch_id, retry_in_ms)
    ), recorded as (
      insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                            error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated)
      select id, delivery_id, number, webhook_id, trigger, to_timestamp(started_at / 1000.0), duration_ms, outcome, status_code,
             error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated
      from made
      on conflict (delivery_id, number) do nothing
      returning 1
    ), closed as (
      delete from delivery_leases where id = any ($21::uuid[])
    ), fulfilled as (
      delete from manual_attempts where id = any ($22::uuid[])
    ), settled as (
      update deliveries set
        status = case when verdict in ('RETRY', 'HOLD') then 'PENDING' when verdict = 'KEPT' then status else verdict end,
        claim_id = case verdict when 'KEPT' then deliveries.claim_id else batch_id end,
        retry_at = case when verdict = 'KEPT' then retry_at else now() + retry_in_ms * interval '1 millisecond' end,
        next_number = case when verdict in ('RETRY', 'HOLD') then attempt_count + 1 else next_number end,
        run_start = case when deliveries.claim_id = batch_id then run_start
                         when verdict = 'RETRY' then attempt_count - (next_number - run_start)
                         when verdict = 'HOLD' then attempt_count + 1 - (next_number - run_start) else run_start end,
        holds = holds + (verdict = 'HOLD' and deliveries.claim_id is distinct from batch_id)::int,
        due_at = case verdict when 'KEPT' then due_at end,
        parked_at = case verdict when 'KEPT' then parked_at end,
        failed_at = case verdict when 'FAILED' then now() when 'KEPT' then failed_at end,
        finished_at = case when verdict in ('DELIVERED', 'FAILED') then now() when verdict = 'KEPT' then finished_at end,
        last_outcome = made.outcome,
        last_status_code = made.status_code
      from made
      where deliveries.id = made.delivery_id
        and (verdict in ('DELIVERED', 'KEPT')
             or (status = 'PENDING' and parked_at is null
                 and (deliveries.claim_id is null or deliveries.claim_id = made.claim_id or deliveries.claim_id = batch_id)))
      returning deliveries.id, account_id, batch_id, retry_in_ms
    ), batched as (
      insert into retry_batches (id, due_at, delivery_ids, account_ids)
      select batch_id, now() + max(retry_in_ms) * interval '1 millisecond', array_agg(id), array_agg(distinct account_id)
      from settled where batch_id is not null group by batch_id
      on conflict (id) do update set delivery_ids = retry_batches.delivery_ids || excluded.delivery_ids,
                                     account_ids = retry_batches.account_ids || excluded.account_ids
    )
    select (select count(*)::int from recorded), (select count(*)::int from settled)`,
};

const ATTEMPTS_OF = {
  name: 'attempts.of',
  text: `
    select given.id, attempts.id = given.id
    from unnest($1::uuid[], $2::uuid[], $3::int[]) as given (id, delivery_id, number)
    join attempts on attempts.delivery_id = given.delivery_id and attempts.number = given.number`,
};

/** Draws a further number for an attempt whose own was recorded by another dispatcher: both were made. */
const DRAW_NUMBER = {
  name: 'deliveries.draw-number',
  text: `
    update deliveries set attempt_count = attempt_count + 1,
      next_number = next_number + (next_number > attempt_count)::int,
      run_start = run_start + (next_number > attempt_count)::int
    where id = $1::uuid returning attempt_count`,
};

const INSERT_ATTEMPT = {
  name: 'attempts.insert',
  text: `
    insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                          error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated)
    select id, delivery_id, number, webhook_id, trigger, to_timestamp(started_at / 1000.0), duration_ms, outcome, status_code,
           error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::bigint[], $7::int[], $8::text[], $9::int[],
                $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[])
      as t (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
            error_code, error_text, request_url, request_headers, response_headers, response_body, response_truncated)`,
};

/** What became of a group of records. */
export interface RecordedGroup {
  /** Verdicts that changed nothing: another dispatcher had the delivery by then. */
  fenced: number;
  /** Attempts whose number another dispatcher had recorded; they were written under a further one. */
  renumbered: number;
}

/** Writes attempts and what they make of their deliveries. */
@Injectable()
export class AttemptStore {
  constructor(private readonly sql: HotPathSql) {}

  /** @param endedLeases ids of leases to delete with it. */
  async record(records: readonly AttemptRecord[], endedLeases: readonly string[]): Promise<RecordedGroup> {
    const [[recorded, settled]] = await this.sql.tuples<[number, number]>(RECORD_GROUP, [
      ...attemptValues(records),
      ...verdictValues(records),
      plainArray(endedLeases),
      plainArray(
        records.filter(({ delivery }) => isManual(delivery)).map(({ delivery }) => delivery.lease.id),
      ),
    ]);
    const renumbered = recorded === records.length ? 0 : await this.recordUnderFurtherNumbers(records);
    return { fenced: records.length - settled, renumbered };
  }

  /** An attempt that was made is never dropped because another dispatcher made one with the same number. */
  private async recordUnderFurtherNumbers(records: readonly AttemptRecord[]): Promise<number> {
    const present = await this.sql.tuples<[string, boolean]>(ATTEMPTS_OF, [
      plainArray(records.map(({ attemptId }) => attemptId)),
      plainArray(records.map(({ delivery }) => toUuid(delivery.id))),
      plainArray(records.map(({ delivery }) => delivery.number)),
    ]);
    const isTaken = new Map(present.map(([id, isOwn]) => [id, !isOwn]));
    const dropped = records.filter(({ attemptId }) => isTaken.get(attemptId) === true);
    for (const record of dropped) {
      const [row] = await this.sql.tuples<[number]>(DRAW_NUMBER, [toUuid(record.delivery.id)]);
      if (!row) continue; // its delivery was erased meanwhile
      const delivery = { ...record.delivery, number: row[0] };
      await this.sql.execute(INSERT_ATTEMPT, attemptValues([{ ...record, delivery }]));
    }
    return dropped.length;
  }
}

function attemptValues(records: readonly AttemptRecord[]): unknown[] {
  const results = records.map(({ result }) => result);
  const deliveries = records.map(({ delivery }) => delivery);
  return [
    plainArray(records.map(({ attemptId }) => attemptId)),
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
  ];
}

function verdictValues(records: readonly AttemptRecord[]): unknown[] {
  return [
    plainArray(
      records.map(({ verdict }) => (verdict.status === 'RETRY' && !verdict.counts ? 'HOLD' : verdict.status)),
    ),
    plainArray(records.map(({ delivery }) => delivery.lease.id)),
    plainArray(records.map(({ retry }) => retry?.batchId ?? null)),
    plainArray(records.map(({ retry }) => retry && Math.round(retry.inMs))),
  ];
}

/** Attempts that a person asked for have a row of `manual_attempts` in place of a lease. */
export function isManual({ trigger }: Pick<ClaimedDelivery, 'trigger'>): boolean {
  return trigger === 'manual' || trigger === 'test';
}
