import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { DependencyHealth, type Trouble } from './dependency-health';

/** What probes ask: whether the process is alive, and whether it can serve. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dependencies: DependencyHealth,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process is alive' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', example: 'ok' } },
    },
  })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  @ApiOperation({
    summary:
      'Whether the process can serve; 503 names the dependencies that it cannot run without and that are down',
    description:
      'Redis is reported in `details`, but does not make the process unready: it only speeds things up.',
  })
  async ready(): Promise<HealthCheckResult> {
    const redis = this.dependencies.redis();
    const result = await this.health.check([
      async () => this.report('postgres', await this.dependencies.postgres()),
      async () => this.report('migrations', await this.dependencies.migrations()),
    ]);
    return { ...result, details: { ...result.details, ...this.report('redis', await redis) } };
  }

  private report(name: string, trouble: Trouble): HealthIndicatorResult {
    const check = this.indicators.check(name);
    return trouble === null ? check.up() : check.down(trouble);
  }
}
