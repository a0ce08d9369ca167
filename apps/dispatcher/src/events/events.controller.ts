import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Accepted, EventBus } from '@app/events';
import { Problem, requireObject, toProblem } from '@app/platform';
import { PublisherGuard } from '../publisher.guard';
import { AcceptedView, BatchResultsView, PublicationBody, PublicationsBody } from './events.dto';

const MAX_BATCH = 500;

/** One of a batch: accepted, or refused for itself alone. */
type BatchResult = Accepted | { error: Record<string, unknown> };

@ApiTags('Publishing')
@ApiBearerAuth('publisher')
@UseGuards(PublisherGuard)
@Controller('internal/v1/events')
export class EventsController {
  constructor(private readonly bus: EventBus) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Publish an event; answered once it is committed with its deliveries' })
  @ApiBody({ type: PublicationBody })
  @ApiResponse({ status: 202, type: AcceptedView })
  publish(@Body() body: unknown): Promise<Accepted> {
    return this.bus.publish(requireObject(body));
  }

  @Post('batch')
  @HttpCode(202)
  @ApiOperation({ summary: 'Publish up to 500 events; a bad one spoils only itself' })
  @ApiBody({ type: PublicationsBody })
  @ApiResponse({ status: 202, type: BatchResultsView })
  async publishBatch(@Body() body: unknown): Promise<{ results: BatchResult[] }> {
    const { events, ...rest } = requireObject(body);
    const unknown = Object.keys(rest).map((path) => ({ path, message: 'is not a known field' }));
    if (unknown.length > 0) throw Problem.invalid(unknown);
    if (!Array.isArray(events) || events.length < 1 || events.length > MAX_BATCH) {
      throw Problem.invalid([{ path: 'events', message: `must be a list of 1 to ${MAX_BATCH} events` }]);
    }
    return { results: await Promise.all(events.map((event, index) => this.publishOne(event, index))) };
  }

  private publishOne(event: unknown, index: number): Promise<BatchResult> {
    return this.bus.publish(event).catch((error: unknown) => {
      const problem = toProblem(error).toJSON();
      const errors = problem['errors'] as { path: string; message: string }[] | undefined;
      const located = errors?.map(({ path, message }) => ({
        path: ['events', `[${index}]`, path && `.${path}`].join(''),
        message,
      }));
      return { error: located ? { ...problem, errors: located } : problem };
    });
  }
}
