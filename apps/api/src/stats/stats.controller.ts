import { Get, Module, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { DeliveryReadingModule, DeliveryStats } from '@app/delivery';
import { IdParam } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { MayBeLeftOut } from '../http/may-be-left-out';
import { StatsView } from './stats.view';

export class StatsQuery {
  @ApiPropertyOptional({
    default: '24h',
    example: '24h',
    pattern: '^[1-9][0-9]{0,3}[hd]$',
    description: 'How far back: hours or days, at most 30 days',
  })
  @MayBeLeftOut()
  @IsString()
  window: string = '24h';
}

@ApiTags('Webhooks')
@CustomerController('webhooks')
export class StatsController {
  constructor(private readonly stats: DeliveryStats) {}

  @Get(':id/stats')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'How its deliveries went: counts, success rate, attempts, response times, by the hour',
  })
  @ApiOkResponse({ type: StatsView })
  read(
    @Caller() caller: CustomerCaller,
    @IdParam('whk', 'webhook') id: string,
    @Query() query: StatsQuery,
  ): Promise<StatsView> {
    return this.stats.ofWebhook(caller.accountId, id, query.window);
  }
}

@Module({ imports: [DeliveryReadingModule], controllers: [StatsController] })
export class StatsApiModule {}
