import { type DynamicModule, Global, type INestApplication, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Config } from '../config/config';
import { ConfigModule } from '../config/config.module';
import { AnonymousLimit } from '../http/limits/anonymous-limit';
import { DependencyHealth } from './dependency-health';
import { HealthController } from './health.controller';
import { StructuredLogger } from './logging';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';

const ROUTES = {
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController],
};

/** Health and metrics of a process, with their routes unless these have a port of their own. */
@Global()
@Module({ providers: [DependencyHealth, Metrics], exports: [DependencyHealth, Metrics] })
export class ObservabilityModule {
  static register(config: Config): DynamicModule {
    const hasOwnPort = config.separateManagementPort !== undefined;
    return { module: ObservabilityModule, ...(hasOwnPort ? {} : ROUTES) };
  }
}

/** The application on `MANAGEMENT_PORT`: only the routes of health and metrics, about the process of another application. */
@Module({})
export class ManagementModule {
  static about(app: INestApplication): DynamicModule {
    return {
      module: ManagementModule,
      imports: [ConfigModule.register(app.get(Config)), ...ROUTES.imports],
      controllers: ROUTES.controllers,
      providers: [
        { provide: DependencyHealth, useValue: app.get<DependencyHealth>(DependencyHealth) },
        { provide: Metrics, useValue: app.get<Metrics>(Metrics) },
        { provide: AnonymousLimit, useValue: app.get<AnonymousLimit>(AnonymousLimit) },
        StructuredLogger,
      ],
    };
  }
}
