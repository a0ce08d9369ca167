import { Injectable } from '@nestjs/common';
import type { CallData, EventType } from '@app/formatting';
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
}

const COLUMNS = 'id, type, call_id, idempotency_key, occurred_at, test, expunged_at';

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
    const [row] = await this.sql.rows<EventRow & { data: string | null }>(
      `select ${COLUMNS}, data from events where account_id = $1 and id = $2`,
      [toUuid(accountId), toUuid(id)],
    );
    if (!row) throw Problem.notFound('event');
    return { ...summaryOf(row), data: row.data === null ? null : (JSON.parse(row.data) as CallData) };
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
  const text = `select ${COLUMNS} from events where ${where.join(' and ')} order by ${order} limit ${bind(limit + 1)}`;
  return { text, values };
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
  };
}
