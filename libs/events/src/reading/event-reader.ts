import { Injectable } from '@nestjs/common';
import type { CallData, EventType } from '@app/formatting';
import { readSkipped, type SkippedWebhook } from '../skipped-webhooks';
import {
  afterCursor,
  binder,
  fromUuid,
  idRange,
  ownedRange,
  type Page,
  Problem,
  rowsInIndexOrder,
  Sql,
  type TimeWindow,
  timeOf,
  toPage,
  toUuid,
} from '@app/platform';

/** Which events a list shows; all of it must hold. */
export interface EventFilter extends TimeWindow {
  type?: EventType;
  callId?: string;
}

/** Enough of a call to recognize it. All but the id is null once the payload was erased. */
export interface CallSummary {
  id: string;
  title: string | null;
  from: string | null;
  to: string | null;
  startedAt: string | null;
}

/** An event without what was said in the call. */
export interface EventSummary {
  id: string;
  type: EventType;
  callId: string;
  idempotencyKey: string | null;
  /** When it happened, as its publisher said. */
  occurredAt: Date;
  /** When it was accepted. */
  createdAt: Date;
  /** Made by "Test webhook", never by a call. */
  test: boolean;
  /** Since when its payload is gone. */
  expungedAt: Date | null;
  call: CallSummary;
  /** The webhooks that got no delivery when the event was accepted; at most 100. */
  skipped: SkippedWebhook[];
}

/** An event with the call record; null once expunged. */
export interface EventDetail extends EventSummary {
  data: CallData | null;
}

interface EventRow {
  id: string;
  type: EventType;
  call_id: string;
  idempotency_key: string | null;
  occurred_at: Date;
  test: boolean;
  expunged_at: Date | null;
  skipped: Buffer | null;
  call_title: string | null;
  call_from: string | null;
  call_to: string | null;
  call_started_at: string | null;
}

const COLUMNS =
  'account_id, id, type, call_id, idempotency_key, occurred_at, test, expunged_at, skipped, data';

/** Adds what the call record tells to the rows of one page, each record parsed once. */
function withCall(source: string, order: string): string {
  return `
    select page.id, page.type, page.call_id, page.idempotency_key, page.occurred_at, page.test, page.expunged_at, page.skipped,
           record.call->>'title' as call_title, record.call->>'startedAt' as call_started_at,
           record."phoneNumbers"->>'from' as call_from, record."phoneNumbers"->>'to' as call_to
    from (${source}) as page
    left join lateral json_to_record(page.data::json) as record (call json, "phoneNumbers" json) on true
    order by ${order}`;
}

/** How many of the newest events are looked at for those of some types. */
const MAX_LOOKED_AT = 20_000;

/** What has happened to an account's calls. Every query takes the account first; another account's event is not there. */
@Injectable()
export class EventReader {
  constructor(private readonly sql: Sql) {}

  /** A page of events, newest first; `callId` has an index of its own, the rest is filtered along `(account_id, id, type)`. */
  async list(
    accountId: string,
    filter: EventFilter,
    page: { limit: number; cursor?: string },
  ): Promise<Page<EventSummary>> {
    const query = listEvents(accountId, filter, afterCursor('evt', page.cursor), page.limit);
    const rows =
      filter.callId === undefined
        ? await rowsInIndexOrder<EventRow>(this.sql, query)
        : await this.sql.rows<EventRow>(query.text, query.values);
    return toPage(rows.map(summaryOf), page.limit, (event) => event);
  }

  /** @throws Problem not_found */
  async get(accountId: string, id: string): Promise<EventDetail> {
    const values = [toUuid(accountId), toUuid(id)];
    const one = `select ${COLUMNS} from events where account_id = $1 and id = $2`;
    const [[row], [{ data } = { data: null }]] = await Promise.all([
      this.sql.rows<EventRow>(withCall(one, 'page.id'), values),
      this.sql.rows<{ data: string | null }>(
        'select data from events where account_id = $1 and id = $2',
        values,
      ),
    ]);
    if (!row) throw Problem.notFound('event');
    return { ...summaryOf(row), data: data === null ? null : (JSON.parse(data) as CallData) };
  }

  /** The ids of the newest events of some types that can be sent, newest first. */
  async newestOf(accountId: string, types: readonly EventType[], limit: number): Promise<string[]> {
    const rows = await rowsInIndexOrder<{ id: string }>(this.sql, {
      text: `
        select id from (
          select id, type, test, expunged_at from events where account_id = $1 order by account_id desc, id desc limit ${MAX_LOOKED_AT}
        ) as newest where type = any ($2::text[]) and not test and expunged_at is null limit $3`,
      values: [toUuid(accountId), types, limit],
    });
    return rows.map(({ id }) => fromUuid('evt', id));
  }

  /** The call records of events, by id; those of erased events are left out. */
  async records(accountId: string, ids: readonly string[]): Promise<Map<string, CallData>> {
    const rows = await this.sql.rows<{ id: string; data: string }>(
      'select id, data from events where account_id = $1 and id = any ($2::uuid[]) and data is not null',
      [toUuid(accountId), ids.map(toUuid)],
    );
    return new Map(rows.map(({ id, data }) => [fromUuid('evt', id), JSON.parse(data) as CallData]));
  }
}

/** One page of an account's events, with one row more than the limit. */
export function listEvents(
  accountId: string,
  filter: EventFilter,
  afterId: string | null,
  limit: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = binder(values);
  const range = idRange(filter, { before: afterId });
  const account = toUuid(accountId);
  // A call has few events: its own index finds them, and they are put in order afterwards.
  const [owned, order] =
    filter.callId === undefined
      ? [ownedRange('account_id', 'id', account, range, bind), 'account_id desc, id desc']
      : [
          `account_id = ${bind(account)} and call_id = ${bind(filter.callId)} and id >= ${bind(range.from)} and id < ${bind(range.before)}`,
          'id desc',
        ];
  const where = [owned, ...(filter.type ? [`type = ${bind(filter.type)}`] : [])];
  const page = `select ${COLUMNS} from events where ${where.join(' and ')} order by ${order} limit ${bind(limit + 1)}`;
  const pageOrder = order.replace(/(account_id|id) desc/g, 'page.$1 desc');
  return { text: withCall(page, pageOrder), values };
}

function summaryOf(row: EventRow): EventSummary {
  return {
    id: fromUuid('evt', row.id),
    type: row.type,
    callId: row.call_id,
    idempotencyKey: row.idempotency_key,
    occurredAt: row.occurred_at,
    createdAt: timeOf(row.id),
    test: row.test,
    expungedAt: row.expunged_at,
    call: {
      id: row.call_id,
      title: row.call_title,
      from: row.call_from,
      to: row.call_to,
      startedAt: row.call_started_at,
    },
    skipped: readSkipped(row.skipped),
  };
}
