import { Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CallSearch, DeliveryReader, type DeliveryStatus, type EventDelivery } from '@app/delivery';
import { EventReader, type EventSummary } from '@app/events';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { type Columns, pagesOf, sendCsv } from '../http/csv';
import { EventsCsvQuery } from './event.dto';

/** Rows in memory at a time. */
const PAGE = 500;

type Row = EventSummary & { deliveries: EventDelivery[] };

const COLUMNS: Columns<Row> = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  occurredAt: ({ occurredAt }) => occurredAt,
  createdAt: ({ createdAt }) => createdAt,
  test: ({ test }) => test,
  idempotencyKey: ({ idempotencyKey }) => idempotencyKey,
  expungedAt: ({ expungedAt }) => expungedAt,
  callId: ({ call }) => call.id,
  callTitle: ({ call }) => call.title,
  callFrom: ({ call }) => call.from,
  callTo: ({ call }) => call.to,
  callStartedAt: ({ call }) => call.startedAt,
  delivered: countOf('DELIVERED'),
  failed: countOf('FAILED'),
  pending: countOf('PENDING'),
};

/** How many webhooks it was delivered to, and so on: of its first 100 deliveries. */
function countOf(status: DeliveryStatus): (row: Row) => number {
  return ({ deliveries }) => deliveries.filter((delivery) => delivery.status === status).length;
}

@ApiTags('Events')
@CustomerController('events.csv')
export class EventsCsvController {
  constructor(
    private readonly events: EventReader,
    private readonly deliveries: DeliveryReader,
    private readonly search: CallSearch,
  ) {}

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'Export events as CSV, newest first',
    description:
      'Takes the filters of the list and has all rows that match, with a header row, in UTF-8. Cells that a spreadsheet ' +
      "would take for a formula begin with `'`, phone numbers too. A response that ends early has failed.",
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  async export(
    @Caller() { accountId }: CustomerCaller,
    @Query() query: EventsCsvQuery,
    @Res() response: Response,
  ): Promise<void> {
    const { q, ...filter } = query;
    const match = q === undefined ? undefined : await this.search.events(accountId, q);
    const pages = pagesOf(async (cursor) => {
      const page = await this.events.list(accountId, { ...filter, match }, { limit: PAGE, cursor });
      const deliveries = await this.deliveries.ofEvents(accountId, page.data.map(({ id }) => id)); // prettier-ignore
      const data = page.data.map((event) => ({ ...event, deliveries: deliveries.get(event.id) ?? [] }));
      return { ...page, data };
    });
    await sendCsv(response, 'events.csv', COLUMNS, pages);
  }
}
