import { Injectable } from '@nestjs/common';
import type { CallData, EventType } from '@app/formatting';
import type { QueryResultRow } from 'pg';
import { readSkipped, type SkippedWebhook } from '../skipped-webhooks';
import { type CallSummary, CallReader } from './call-reader';
import { type EventMatch, matchSql } from './event-match';
import {
  afterCursor,
  type Bind,
  binder,
  cursorAfter,
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
  /** Those that a search has found. */
  match?: EventMatch;
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
}

const COLUMNS = 'account_id, id, type, call_id, idempotency_key, occurred_at, test, expunged_at, skipped';

/** How many events are looked at for one page of those that no index gives in order. */
const MAX_LOOKED_AT = 20_000;

/** What has happened to an account's calls. Every query takes the account first; another account's event is not there. */
@Injectable()
export class EventReader {
  constructor(
    private readonly sql: Sql,
    private readonly calls: CallReader,
  ) {}

  /**
   * A page of events, newest first. Those of a call or of a search are found by their ids; the rest is filtered along
   * `(account_id, id, type)`. A page may be shorter than the limit and still have a next one: if a phone number is that
   * of very many events, `MAX_LOOKED_AT` events are checked for one page.
   */
  async list(
    accountId: string,
    filter: EventFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<EventSummary>> {
    const afterId = afterCursor('evt', cursor);
    const rows = await this.run<EventRow>(listEvents(accountId, filter, afterId, limit));
    const shown = rows.slice(0, limit).map(({ id }) => fromUuid('evt', id));
    const calls = await this.calls.of(accountId, shown);
    const summaries = rows.map((row) => summaryOf(row, calls.get(fromUuid('evt', row.id))));
    const page = toPage(summaries, limit, (event) => event);
    if (page.nextCursor === null && isChecked(filter)) {
      const [last] = await this.run<{ id: string }>(lastChecked(accountId, filter, afterId));
      if (last) page.nextCursor = cursorAfter(fromUuid('evt', last.id));
    }
    return page;
  }

  /** @throws Problem not_found */
  async get(accountId: string, id: string): Promise<EventDetail> {
    const [[row], calls] = await Promise.all([
      this.sql.rows<EventRow & { data: string | null }>(
        `select ${COLUMNS}, data from events where account_id = $1 and id = $2`,
        [toUuid(accountId), toUuid(id)],
      ),
      this.calls.of(accountId, [id]),
    ]);
    if (!row) throw Problem.notFound('event');
    const data = row.data === null ? null : (JSON.parse(row.data) as CallData);
    return { ...summaryOf(row, calls.get(id)), data };
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

  private run<Row extends QueryResultRow>(query: EventQuery): Promise<Row[]> {
    return query.inIndexOrder ? rowsInIndexOrder(this.sql, query) : this.sql.rows(query.text, query.values);
  }
}

interface EventQuery {
  text: string;
  values: unknown[];
  inIndexOrder: boolean;
}

/** Whether events are checked one by one. */
function isChecked({ match, callId }: EventFilter): boolean {
  return callId === undefined && match !== undefined && match.numberHashes !== null;
}

/** One page of an account's events, with one row more than the limit. */
export function listEvents(
  accountId: string,
  filter: EventFilter,
  afterId: string | null,
  limit: number,
): EventQuery {
  const values: unknown[] = [];
  const bind = binder(values);
  const { where, order, inIndexOrder } = place(accountId, filter, afterId, bind);
  const rows = `select ${COLUMNS} from events where ${where} order by ${order}`;
  const text = isChecked(filter)
    ? `select * from (${rows} limit ${MAX_LOOKED_AT}) as checked
       where ${matchSql(filter.match!, 'checked.id', bind)} order by ${order} limit ${bind(limit + 1)}`
    : `${rows} limit ${bind(limit + 1)}`;
  return { text, values, inIndexOrder };
}

/** The last of the events that are checked for one page; no row when all there are have been checked. */
function lastChecked(accountId: string, filter: EventFilter, afterId: string | null): EventQuery {
  const values: unknown[] = [];
  const { where, order, inIndexOrder } = place(accountId, filter, afterId, binder(values));
  const text = `select id from events where ${where} order by ${order} offset ${MAX_LOOKED_AT - 1} limit 1`;
  return { text, values, inIndexOrder };
}

/** Where to look, account first, and in which order: that of an index, unless a call or a search names few events. */
function place(
  accountId: string,
  filter: EventFilter,
  afterId: string | null,
  bind: Bind,
): { where: string; order: string; inIndexOrder: boolean } {
  const { callId, match, type } = filter;
  const range = idRange(filter, { before: afterId });
  const account = toUuid(accountId);
  const ofType = type ? [`type = ${bind(type)}`] : [];
  if (callId === undefined && (match === undefined || isChecked(filter))) {
    const where = [ownedRange('account_id', 'id', account, range, bind), ...ofType].join(' and ');
    return { where, order: 'account_id desc, id desc', inIndexOrder: true };
  }
  const where = [
    `account_id = ${bind(account)} and id >= ${bind(range.from)} and id < ${bind(range.before)}`,
    ...(callId === undefined ? [] : [`call_id = ${bind(callId)}`]),
    ...(match ? [matchSql(match, 'events.id', bind)] : []),
    ...ofType,
  ];
  return { where: where.join(' and '), order: 'id desc', inIndexOrder: false };
}

function summaryOf(row: EventRow, call?: CallSummary): EventSummary {
  return {
    id: fromUuid('evt', row.id),
    type: row.type,
    callId: row.call_id,
    idempotencyKey: row.idempotency_key,
    occurredAt: row.occurred_at,
    createdAt: timeOf(row.id),
    test: row.test,
    expungedAt: row.expunged_at,
    call: call ?? { id: row.call_id, title: null, from: null, to: null, startedAt: null },
    skipped: readSkipped(row.skipped),
  };
}
