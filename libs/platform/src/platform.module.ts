import { DynamicModule, Global, Module } from '@nestjs/common';
import { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DatabaseModule } from './database/database.module';
import { AnonymousLimit } from './http/limits/anonymous-limit';
import { RateLimiter } from './http/limits/rate-limiter';
import { PublicUrl } from './http/public-url';
import { StructuredLogger } from './observability/logging';
import { ObservabilityModule } from './observability/observability.module';
import { QueueModule } from './queue/queues';
import { RedisModule } from './redis';

/** What every process is built on: configuration, logs, database, Redis, health, metrics. */
@Global()
@Module({})
export class PlatformModule {
  static register(config: Config): DynamicModule {
    return {
      module: PlatformModule,
      providers: [StructuredLogger, PublicUrl, RateLimiter, AnonymousLimit],
      exports: [PublicUrl, RateLimiter, AnonymousLimit],
      imports: [
        ConfigModule.register(config),
        DatabaseModule.register(),
        RedisModule,
        QueueModule,
        ObservabilityModule.register(config),
      ],
    };
  }
}
