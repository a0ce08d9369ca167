import { Body, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CallSearch, DeliveryReader, EventSender, PayloadExpunger } from '@app/delivery';
import { EventReader } from '@app/events';
import { IdParam, type Page } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { DeliveryView } from '../deliveries/delivery.view';
import { EventsQuery, SendEventBody } from './event.dto';
import { EventDetailView, EventPage, EventView } from './event.view';

@ApiTags('Events')
@CustomerController('events')
export class EventsController {
  constructor(
    private readonly events: EventReader,
    private readonly deliveries: DeliveryReader,
    private readonly expunger: PayloadExpunger,
    private readonly sender: EventSender,
    private readonly search: CallSearch,
  ) {}

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'List events, newest first',
    description: 'Those that no webhook wanted with them. What was said is in `GET /v1/events/{id}`.',
  })
  @ApiOkResponse({ type: EventPage })
  async list(@Caller() { accountId }: CustomerCaller, @Query() query: EventsQuery): Promise<Page<EventView>> {
    const { limit, cursor, q, ...filter } = query;
    const match = q === undefined ? undefined : await this.search.events(accountId, q);
    const page = await this.events.list(accountId, { ...filter, match }, { limit, cursor });
    const deliveries = await this.deliveries.ofEvents(accountId, page.data.map(({ id }) => id)); // prettier-ignore
    return {
      ...page,
      data: page.data.map((event) => ({ ...event, deliveries: deliveries.get(event.id) ?? [] })),
    };
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

  @Post(':id/send')
  @HttpCode(202)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Send an event to a webhook that never got it',
    description:
      'Also if the event was excluded by the filter, or is of a type that the webhook has not subscribed to. ' +
      '409 when the webhook is not `ACTIVE` or already has a delivery of the event, 410 when the payload has been expunged.',
  })
  @ApiAcceptedResponse({ type: DeliveryView })
  send(
    @Caller() caller: CustomerCaller,
    @IdParam('evt', 'event') id: string,
    @Body() { webhookId }: SendEventBody,
  ): Promise<DeliveryView> {
    return this.sender.send(caller.accountId, id, webhookId, { actor: caller.actor });
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
