import { Body, Get, HttpCode, Module, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReplayModule, ReplayService } from '@app/delivery';
import { IdParam, type Page, PageQuery } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { ReplayBody, ReplayPage, ReplayView, toReplayView } from './replay.dto';

@ApiTags('Replay')
@CustomerController('webhooks')
export class WebhookReplaysController {
  constructor(private readonly replays: ReplayService) {}

  @Post(':id/replay')
  @HttpCode(202)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Send again what failed or was missed',
    description:
      'Goes on in the background. The same request while it is under way is answered with the same replay, and nothing ' +
      'is sent twice for it; another one is a 409, as is a webhook that is not `ACTIVE`.',
  })
  @ApiAcceptedResponse({ type: ReplayView })
  async start(
    @Caller() caller: CustomerCaller,
    @IdParam('whk', 'webhook') id: string,
    @Body() body: ReplayBody,
  ): Promise<ReplayView> {
    return toReplayView(await this.replays.request(caller.accountId, id, body, { actor: caller.actor }));
  }

  @Get(':id/replays')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'List the replays of a webhook, newest first' })
  @ApiOkResponse({ type: ReplayPage })
  async list(
    @Caller() caller: CustomerCaller,
    @IdParam('whk', 'webhook') id: string,
    @Query() page: PageQuery,
  ): Promise<Page<ReplayView>> {
    const { data, nextCursor } = await this.replays.list(caller.accountId, id, page);
    return { data: data.map(toReplayView), nextCursor };
  }
}

@ApiTags('Replay')
@CustomerController('replays')
export class ReplaysController {
  constructor(private readonly replays: ReplayService) {}

  @Get(':id')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'Read how far a replay is' })
  @ApiOkResponse({ type: ReplayView })
  async read(@Caller() caller: CustomerCaller, @IdParam('rpl', 'replay') id: string): Promise<ReplayView> {
    return toReplayView(await this.replays.get(caller.accountId, id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Cancel a replay',
    description: 'What is in line already is still sent. One that has ended stays as it is.',
  })
  @ApiOkResponse({ type: ReplayView })
  async cancel(@Caller() caller: CustomerCaller, @IdParam('rpl', 'replay') id: string): Promise<ReplayView> {
    return toReplayView(await this.replays.cancel(caller.accountId, id, { actor: caller.actor }));
  }
}

@Module({ imports: [ReplayModule], controllers: [WebhookReplaysController, ReplaysController] })
export class ReplayApiModule {}
