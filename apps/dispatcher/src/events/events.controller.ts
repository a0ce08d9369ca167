import { Controller, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Accepted, type DryRun, EventBus } from '@app/events';
import { Problem, ReadsOwnBody } from '@app/platform';
import { PublisherGuard } from '../publisher.guard';
import { BatchPublisher, type BatchResult } from './batch.publisher';
import { AcceptedView, BatchResultsView, DryRunView, PublicationBody, PublicationsBody } from './events.dto';
import { idempotencyKeyOf, MAX_BATCH_BODY_BYTES, receiveJson } from './request-body';

const DRY_RUN = {
  name: 'dryRun',
  required: false,
  enum: ['true', 'false'],
  description: '`true`: says what would happen, and stores nothing',
};

@ApiTags('Publishing')
@ApiBearerAuth('publisher')
@UseGuards(PublisherGuard)
@ReadsOwnBody()
@Controller('internal/v1/events')
export class EventsController {
  constructor(
    private readonly bus: EventBus,
    private readonly batches: BatchPublisher,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Publish an event',
    description: 'Responds once the event is committed with its deliveries.',
  })
  @ApiQuery(DRY_RUN)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same as `idempotencyKey`' })
  @ApiBody({ type: PublicationBody })
  @ApiResponse({ status: 202, type: AcceptedView })
  @ApiResponse({ status: 200, type: DryRunView, description: 'With `dryRun=true`' })
  async publish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query('dryRun') dryRun?: string,
  ): Promise<Accepted | DryRun> {
    const isDryRun = readDryRun(dryRun);
    const json = await receiveJson(request, response);
    const options = { source: 'http', idempotencyKey: idempotencyKeyOf(request) } as const;
    if (!isDryRun) return this.bus.publishJson(json, options);
    response.status(200);
    return this.bus.dryRunJson(json, options);
  }

  @Post('batch')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Publish up to 500 events',
    description: 'An invalid event affects only itself.',
  })
  @ApiQuery(DRY_RUN)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Events without a key of their own get one that is made of this and their place in the batch',
  })
  @ApiBody({ type: PublicationsBody })
  @ApiResponse({ status: 202, type: BatchResultsView })
  @ApiResponse({ status: 200, type: BatchResultsView, description: 'With `dryRun=true`' })
  async publishBatch(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query('dryRun') dryRun?: string,
  ): Promise<{ results: BatchResult[] }> {
    const options = { idempotencyKey: idempotencyKeyOf(request), dryRun: readDryRun(dryRun) };
    const body = await receiveJson(request, response, MAX_BATCH_BODY_BYTES);
    if (options.dryRun) response.status(200);
    return { results: await this.batches.publish(body, options) };
  }
}

function readDryRun(value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw Problem.invalid([{ path: 'dryRun', message: 'must be true or false' }]);
}
