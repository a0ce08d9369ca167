import { type INestApplication, Module } from '@nestjs/common';
import { ApiKeysApiModule } from './api-keys/api-keys-api.module';
import { AuthModule } from './auth';
import { DeliveriesApiModule } from './deliveries/deliveries-api.module';
import { serveDocs } from './docs';
import { EventTypesApiModule } from './event-types/event-types.controller';
import { EventsApiModule } from './events/events-api.module';
import { ReplayApiModule } from './replay/replay.controller';
import { StatsApiModule } from './stats/stats.controller';
import { DashboardModule } from './dashboard/dashboard.module';
import { SessionsApiModule } from './sessions/sessions-api.module';
import { WebhooksApiModule } from './webhooks/webhooks-api.module';

/** What customers call (`/v1`), and their dashboard. Makes no outgoing call: what has to be sent goes to the dispatcher. */
@Module({
  imports: [
    AuthModule,
    ApiKeysApiModule,
    SessionsApiModule,
    WebhooksApiModule,
    StatsApiModule,
    ReplayApiModule,
    DeliveriesApiModule,
    EventsApiModule,
    EventTypesApiModule,
    DashboardModule,
  ],
})
export class ApiModule {
  /** Called by `startService` before it listens. */
  static prepareApplication(app: INestApplication): void {
    serveDocs(app);
  }
}
