import { Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CallSearch, DeliveryReader, type ListedDelivery } from '@app/delivery';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { type Columns, pagesOf, sendCsv } from '../http/csv';
import { DeliveriesCsvQuery } from './delivery.dto';

/** Rows in memory at a time. */
const PAGE = 500;

const COLUMNS: Columns<ListedDelivery> = {
  id: ({ id }) => id,
  createdAt: ({ createdAt }) => createdAt,
  status: ({ status }) => status,
  webhookId: ({ webhookId }) => webhookId,
  eventId: ({ eventId }) => eventId,
  eventType: ({ eventType }) => eventType,
  trigger: ({ trigger }) => trigger,
  test: ({ test }) => test,
  attemptCount: ({ attemptCount }) => attemptCount,
  lastOutcome: ({ lastOutcome }) => lastOutcome,
  lastStatusCode: ({ lastStatusCode }) => lastStatusCode,
  nextAttemptAt: ({ nextAttemptAt }) => nextAttemptAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  callId: ({ call }) => call.id,
  callTitle: ({ call }) => call.title,
  callFrom: ({ call }) => call.from,
  callTo: ({ call }) => call.to,
  callStartedAt: ({ call }) => call.startedAt,
};

@ApiTags('Deliveries')
@CustomerController('deliveries.csv')
export class DeliveriesCsvController {
  constructor(
    private readonly deliveries: DeliveryReader,
    private readonly search: CallSearch,
  ) {}

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'Export deliveries as CSV, newest first',
    description:
      'Takes the filters of the list and has all rows that match, with a header row, in UTF-8. Cells that a spreadsheet ' +
      "would take for a formula begin with `'`, phone numbers too. A response that ends early has failed.",
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  async export(
    @Caller() { accountId }: CustomerCaller,
    @Query() query: DeliveriesCsvQuery,
    @Res() response: Response,
  ): Promise<void> {
    const { q, ...filter } = query;
    const match = q === undefined ? undefined : await this.search.deliveries(accountId, q);
    const pages = pagesOf((cursor) =>
      this.deliveries.list(accountId, { ...filter, match }, { limit: PAGE, cursor }),
    );
    await sendCsv(response, 'deliveries.csv', COLUMNS, pages);
  }
}
