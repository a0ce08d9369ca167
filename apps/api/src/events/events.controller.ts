import { Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeliveryReader, PayloadExpunger } from '@app/delivery';
import { EventReader } from '@app/events';
import { IdParam, type Page } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { EventsQuery } from './event.dto';
import { EventDetailView, EventPage, EventView } from './event.view';

@ApiTags('Events')
@CustomerController('events')
export class EventsController {
  constructor(
    private readonly events: EventReader,
    private readonly deliveries: DeliveryReader,
    private readonly expunger: PayloadExpunger,
  ) {}

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'List events, newest first',
    description: 'Those that no webhook wanted with them. What was said is in `GET /v1/events/{id}`.',
  })
  @ApiOkResponse({ type: EventPage })
  list(@Caller() caller: CustomerCaller, @Query() query: EventsQuery): Promise<Page<EventView>> {
    const { limit, cursor, ...filter } = query;
    return this.events.list(caller.accountId, filter, { limit, cursor });
  }

  @Get(':id')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'Read an event with its call record and its deliveries' })
  @ApiOkResponse({ type: EventDetailView })
  async read(
    @Caller() { accountId }: CustomerCaller,
    @IdParam('evt', 'event') id: string,
  ): Promise<EventDetailView> {
    const event = await this.events.get(accountId, id);
    return { ...event, deliveries: await this.deliveries.ofEvent(accountId, id) };
  }

  @Delete(':id/payload')
  @HttpCode(204)
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({
    summary: 'Forget what was said',
    description:
      'Erases the call record, and what receivers answered to it. That the event happened and was sent stays on record. ' +
      'Deliveries that still wait are not sent: they end as `FAILED` with outcome `NOT_SENT`.',
  })
  @ApiNoContentResponse()
  async expunge(@Caller() caller: CustomerCaller, @IdParam('evt', 'event') id: string): Promise<void> {
    await this.expunger.expunge(caller.accountId, id, { actor: caller.actor });
  }
}
