import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { CallReader, type CallSummary } from '@app/events';
import type { DeliveryStatus } from '../delivery.entity';
import {
  customVersion,
  FormatterRegistry,
  TemplateError,
  type CustomMethod,
  type EventType,
} from '@app/formatting';
import {
  afterCursor,
  cursorAfter,
  fromUuid,
  type Page,
  Problem,
  Sql,
  toPage,
  toUuid,
  rowsInIndexOrder,
} from '@app/platform';
import { CustomBodies } from '../custom/custom-bodies';
import {
  type DeliveryFilter,
  isLookedFor,
  lastLookedAt,
  listDeliveries,
  oneDelivery,
  type Query,
} from './delivery-query';
import {
  type AttemptRow,
  attemptsOf,
  type DeliveryDetail,
  type DeliveryRow,
  type DeliverySummary,
  type ListedDelivery,
  summaryOf,
} from './delivery-view';

const ATTEMPTS = `
  select id, number, trigger, started_at, duration_ms, outcome, status_code, error_code, error_text,
         request_url, request_headers, response_headers, response_body, response_truncated
  from attempts where delivery_id = $1 order by number`;

const EVENT = 'select id, type, occurred_at, data, test from events where account_id = $1 and id = $2';

interface EventRow {
  id: string;
  type: EventType;
  occurred_at: Date;
  data: string | null;
  test: boolean;
}

/** Deliveries of an event that are read at once. */
const OF_EVENT_PAGE = 1_000;

const OF_EVENTS = `
  select event_id, delivery.id, webhook_id, status from unnest($2::uuid[]) as wanted (event_id)
  cross join lateral (
    select id, webhook_id, status from deliveries
    where deliveries.event_id = wanted.event_id and account_id = $1 order by id limit 100
  ) as delivery`;

/** A delivery as an event names it. */
export interface EventDelivery {
  id: string;
  webhookId: string;
  status: DeliveryStatus;
}

/** What became of an account's events. Every query takes the account first; another account's delivery is not there. */
@Injectable()
export class DeliveryReader {
  constructor(
    private readonly sql: Sql,
    private readonly formatters: FormatterRegistry,
    private readonly calls: CallReader,
    private readonly custom: CustomBodies,
  ) {}

  /**
   * A page of deliveries, newest first. Rows that arrive or change meanwhile neither shift nor repeat what is shown
   * on the pages that follow. A page may be shorter than the limit and still have a next one: see `lastLookedAt`.
   */
  async list(
    accountId: string,
    filter: DeliveryFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<ListedDelivery>> {
    const page = await this.page(accountId, filter, { limit, cursor });
    const calls = await this.calls.of(accountId, page.data.map(({ eventId }) => eventId)); // prettier-ignore
    const data = page.data.map((delivery) => ({ ...delivery, call: callOf(delivery, calls) }));
    return { data, nextCursor: page.nextCursor };
  }

  /** All deliveries of one event, newest first: one for each webhook, of which an account may have thousands. */
  async ofEvent(accountId: string, eventId: string): Promise<DeliverySummary[]> {
    const deliveries: DeliverySummary[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.page(accountId, { eventId }, { limit: OF_EVENT_PAGE, cursor });
      deliveries.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return deliveries;
  }

  /** The deliveries of several events, by event: at most 100 of each, oldest first. */
  async ofEvents(accountId: string, eventIds: readonly string[]): Promise<Map<string, EventDelivery[]>> {
    const rows = await this.sql.rows<{
      event_id: string;
      id: string;
      webhook_id: string;
      status: DeliveryStatus;
    }>(OF_EVENTS, [toUuid(accountId), eventIds.map(toUuid)]);
    const found = new Map<string, EventDelivery[]>(eventIds.map((id) => [id, []]));
    for (const { event_id, id, webhook_id, status } of rows) {
      found
        .get(fromUuid('evt', event_id))
        ?.push({ id: fromUuid('dlv', id), webhookId: fromUuid('whk', webhook_id), status });
    }
    return found;
  }

  /**
   * One delivery with its attempts. The body isn't stored with them: it is rendered again from the event, in the
   * format that the delivery has kept, which gives the bytes that were sent.
   * @throws Problem not_found
   */
  async get(accountId: string, id: string): Promise<DeliveryDetail> {
    const [found] = await this.run<DeliveryRow>(oneDelivery(accountId, id));
    if (!found) throw Problem.notFound('delivery');
    const [attempts, [event], calls] = await Promise.all([
      this.sql.rows<AttemptRow>(ATTEMPTS, [found.id]),
      this.sql.rows<EventRow>(EVENT, [toUuid(accountId), found.event_id]),
      this.calls.of(accountId, [fromUuid('evt', found.event_id)]),
    ]);
    // Read once more, so that it is never older than its attempts: who waits for one sees with it what it has changed.
    const [row = found] = await this.run<DeliveryRow>(oneDelivery(accountId, id));
    const summary = summaryOf(row);
    const { method, body } = await this.requestOf(event, row);
    return {
      ...summary,
      call: callOf(summary, calls),
      body,
      payloadExpungedAt: row.expunged_at,
      attempts: attemptsOf(summary, attempts, body, method),
    };
  }

  /**
   * A delivery that can be sent again.
   * @throws Problem not_found, expunged
   */
  async requireSendable(accountId: string, id: string): Promise<DeliverySummary> {
    const [row] = await this.run<DeliveryRow>(oneDelivery(accountId, id));
    if (!row) throw Problem.notFound('delivery');
    if (row.expunged_at)
      throw new Problem('expunged', 'The payload has been expunged: nothing is left to send.');
    return summaryOf(row);
  }

  private async page(
    accountId: string,
    filter: DeliveryFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<DeliverySummary>> {
    const afterId = afterCursor('dlv', cursor);
    const rows = await this.run<DeliveryRow>(listDeliveries(accountId, filter, afterId, limit));
    const page = toPage(rows.map(summaryOf), limit, (delivery) => delivery);
    if (page.nextCursor === null && isLookedFor(filter)) {
      const [last] = await this.run<{ id: string }>(lastLookedAt(accountId, filter, afterId));
      if (last) page.nextCursor = cursorAfter(fromUuid('dlv', last.id));
    }
    return page;
  }

  private run<Row extends QueryResultRow>(query: Query): Promise<Row[]> {
    return query.inIndexOrder ? rowsInIndexOrder(this.sql, query) : this.sql.rows(query.text, query.values);
  }

  /** What each attempt sends; no body if the templates fail or the payload was erased. */
  private async requestOf(
    event: EventRow | undefined,
    { format, webhook_id }: DeliveryRow,
  ): Promise<{ method: CustomMethod; body: string | null }> {
    const version = customVersion(format);
    if (!event || event.data === null) return { method: 'POST', body: null };
    const { type, occurred_at: occurredAt, data, test } = event;
    const renderable = { id: fromUuid('evt', event.id), type, occurredAt, data, test };
    if (version === null)
      return { method: 'POST', body: this.formatters.get(format).render(renderable).toString('utf8') };
    try {
      const { method, body } = await this.custom.render(fromUuid('whk', webhook_id), version, renderable);
      return { method, body: body.toString('utf8') };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { method: 'POST', body: null };
    }
  }
}

function callOf({ eventId, callId }: DeliverySummary, calls: Map<string, CallSummary>): CallSummary {
  return calls.get(eventId) ?? { id: callId, title: null, from: null, to: null, startedAt: null };
}
