import { ReflectMetadataProvider } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { DynamicModule, Global, Logger, Module } from '@nestjs/common';
import { Config } from '../config/config';
import { SealUpgrade } from '../crypto/seal-upgrade';
import { SecretBox } from '../crypto/secret-box';
import { migrationSettings } from './migrate';
import { ActionLimits } from './action-limits';
import { HeartbeatSql, HotPathSql, Sql, timeouts } from './sql';

@Global()
@Module({})
export class DatabaseModule {
  /** The ORM over the entities that the libs register with `forFeature`, and plain `Sql` beside it. */
  static register(): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        MikroOrmModule.forRootAsync({
          driver: PostgreSqlDriver,
          inject: [Config],
          useFactory: (config: Config) => ({
            ...migrationSettings,
            driver: PostgreSqlDriver,
            clientUrl: config.DATABASE_URL,
            autoLoadEntities: true,
            metadataProvider: ReflectMetadataProvider,
            forceUtcTimezone: true,
            pool: { min: 0, max: 10, acquireTimeoutMillis: 3_000 },
            driverOptions: { connection: { ...timeouts(15_000), connectionTimeoutMillis: 3_000 } },
            logger: (message: string) => new Logger('Database').debug(message),
            // Whoever works with entities forks. A context per request would be carried by async hooks, and they slow every
            // promise of the process down.
            registerRequestContext: false,
          }),
        }),
      ],
      providers: [Sql, ActionLimits, HotPathSql, HeartbeatSql, SecretBox, SealUpgrade],
      exports: [Sql, ActionLimits, HotPathSql, HeartbeatSql, SecretBox, SealUpgrade],
    };
  }
}
