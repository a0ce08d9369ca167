import { DynamicModule, Module } from '@nestjs/common';
import { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DatabaseModule } from './database/database.module';
import { HealthModule } from './observability/health';
import { StructuredLogger } from './observability/logging';
import { MetricsModule } from './observability/metrics';
import { QueueModule } from './queue/queues';
import { RedisModule } from './redis';

/** What every process stands on: configuration, logs, database, Redis, health, metrics. */
@Module({})
export class PlatformModule {
  static register(config: Config): DynamicModule {
    return {
      module: PlatformModule,
      providers: [StructuredLogger],
      imports: [
        ConfigModule.register(config),
        DatabaseModule.register(),
        RedisModule,
        QueueModule,
        MetricsModule,
        HealthModule,
      ],
    };
  }
}
