import { Body, Get, HttpCode, Module, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Replay, ReplayGroups, ReplayModule, ReplayService } from '@app/delivery';
import { IdParam, type Page, PageQuery } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import {
  ReplayBody, ReplayCountView, ReplayPage, ReplaysBody, ReplayStateView, ReplayView, toReplayStateView, toReplayView,
} from './replay.dto'; // prettier-ignore

@ApiTags('Replay')
@CustomerController('webhooks')
export class WebhookReplaysController {
  constructor(
    private readonly replays: ReplayService,
    private readonly groups: ReplayGroups,
  ) {}

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
  @ApiOkResponse({ type: ReplayCountView, description: 'With `dryRun`' })
  async start(
    @Caller() { accountId, actor }: CustomerCaller,
    @IdParam('whk', 'webhook') id: string,
    @Body() { dryRun, ...request }: ReplayBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReplayView | ReplayCountView> {
    if (dryRun) {
      response.status(200);
      return { count: await this.replays.dryRun(accountId, id, request) };
    }
    const replay = await this.replays.request(accountId, id, request, { actor });
    return viewOf(this.groups, replay);
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
    const states = await this.groups.states(caller.accountId, data);
    return { data: data.map((replay) => toReplayView(replay, states.get(replay.id)!)), nextCursor };
  }
}

@ApiTags('Replay')
@CustomerController('replays')
export class ReplaysController {
  constructor(
    private readonly replays: ReplayService,
    private readonly groups: ReplayGroups,
  ) {}

  @Post()
  @HttpCode(202)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Replay several webhooks, or all',
    description:
      'Starts a replay of each webhook. The same request while it is in progress is answered with the same replay. 409 ' +
      'when a webhook is not `ACTIVE`, or another replay of it is under way.',
  })
  @ApiAcceptedResponse({ type: ReplayStateView })
  @ApiOkResponse({ type: ReplayCountView, description: 'With `dryRun`' })
  async start(
    @Caller() { accountId, actor }: CustomerCaller,
    @Body() { dryRun, webhookIds, ...request }: ReplaysBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReplayStateView | ReplayCountView> {
    if (dryRun) {
      response.status(200);
      return { count: await this.groups.dryRun(accountId, webhookIds, request) };
    }
    const { id, replays } = await this.groups.request(accountId, webhookIds, request, { actor });
    const states = await this.groups.states(accountId, replays);
    return toReplayStateView(id, [...states.values()]);
  }

  @Get(':id')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'Read how far a replay is, to the end of each delivery' })
  @ApiOkResponse({ type: ReplayStateView })
  async read(
    @Caller() { accountId }: CustomerCaller,
    @IdParam('rpl', 'replay') id: string,
  ): Promise<ReplayView | ReplayStateView> {
    const replay = await this.replays.find(accountId, id);
    if (replay) return viewOf(this.groups, replay);
    const { replays } = await this.groups.get(accountId, id);
    const states = await this.groups.states(accountId, replays);
    return toReplayStateView(id, [...states.values()]);
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
    const replay = await this.replays.cancel(caller.accountId, id, { actor: caller.actor });
    return viewOf(this.groups, replay);
  }
}

async function viewOf(groups: ReplayGroups, replay: Replay): Promise<ReplayView> {
  const states = await groups.states(replay.accountId, [replay]);
  return toReplayView(replay, states.get(replay.id)!);
}

@Module({ imports: [ReplayModule], controllers: [WebhookReplaysController, ReplaysController] })
export class ReplayApiModule {}
