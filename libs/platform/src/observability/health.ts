import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  TerminusModule,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { MIGRATIONS } from '../database/migrations';
import { Sql } from '../database/sql';
import { RedisConnection } from '../redis';

const ANSWER_WITHIN_MS = 2_000;

@Injectable()
class DependencyHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly sql: Sql,
    private readonly redis: RedisConnection,
  ) {}

  async postgres() {
    const check = this.indicators.check('postgres');
    return withinTime(this.sql.execute('select 1')).then(
      () => check.up(),
      () => check.down('does not answer'),
    );
  }

  async redisServer() {
    const check = this.indicators.check('redis');
    return (await this.redis.isUp()) ? check.up() : check.down('does not answer');
  }

  async migrations() {
    const check = this.indicators.check('migrations');
    try {
      const applied = await withinTime(this.sql.rows<{ name: string }>('select name from schema_migrations'));
      const names = new Set(applied.map(({ name }) => name));
      const pending = MIGRATIONS.filter(({ name }) => !names.has(name)).map(({ name }) => name);
      return pending.length === 0 ? check.up() : check.down(`pending: ${pending.join(', ')}`);
    } catch {
      return check.down('cannot be read');
    }
  }
}

@ApiTags('Health')
@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
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
    summary: 'Whether PostgreSQL, Redis and the migrations are in order; 503 names what is not',
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.dependencies.postgres(),
      () => this.dependencies.redisServer(),
      () => this.dependencies.migrations(),
    ]);
  }
}

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [DependencyHealth],
})
export class HealthModule {}

function withinTime<T>(work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), ANSWER_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
