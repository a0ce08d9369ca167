import { Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallSearch, DeliveryReader, ResendService } from '@app/delivery';
import { IdParam, type Page } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { DeliveriesQuery } from './delivery.dto';
import { DeliveryDetailView, DeliveryPage, DeliveryView, ListedDeliveryView } from './delivery.view';

@ApiTags('Deliveries')
@CustomerController('deliveries')
export class DeliveriesController {
  constructor(
    private readonly deliveries: DeliveryReader,
    private readonly resends: ResendService,
    private readonly search: CallSearch,
  ) {}

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'List deliveries, newest first',
    description: 'What arrives meanwhile neither shifts nor repeats what is on the pages that follow.',
  })
  @ApiOkResponse({ type: DeliveryPage })
  async list(
    @Caller() { accountId }: CustomerCaller,
    @Query() query: DeliveriesQuery,
  ): Promise<Page<ListedDeliveryView>> {
    const { limit, cursor, q, ...filter } = query;
    const match = q === undefined ? undefined : await this.search.deliveries(accountId, q);
    return this.deliveries.list(accountId, { ...filter, match }, { limit, cursor });
  }

  @Get(':id')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'Read a delivery with its attempts' })
  @ApiOkResponse({ type: DeliveryDetailView })
  read(
    @Caller() caller: CustomerCaller,
    @IdParam('dlv', 'delivery') id: string,
  ): Promise<DeliveryDetailView> {
    return this.deliveries.get(caller.accountId, id);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Send once more, now',
    description:
      'Whatever the state of the delivery, also when it was delivered. Automatic retries that are still due are kept. ' +
      'At most 20 per hour for one delivery. 409 when its webhook is not `ACTIVE`, 410 when the payload has been expunged.',
  })
  @ApiAcceptedResponse({ type: DeliveryView, description: 'The delivery as it was before the new attempt' })
  retry(@Caller() caller: CustomerCaller, @IdParam('dlv', 'delivery') id: string): Promise<DeliveryView> {
    return this.resends.resend(caller.accountId, id, { actor: caller.actor });
  }
}
