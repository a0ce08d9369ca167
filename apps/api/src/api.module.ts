import { Module } from '@nestjs/common';
import { ApiKeysApiModule } from './api-keys/api-keys-api.module';
import { AuthModule } from './auth';
import { DashboardModule } from './dashboard/dashboard.module';
import { SessionsApiModule } from './sessions/sessions-api.module';
import { WebhooksApiModule } from './webhooks/webhooks-api.module';

/** What customers call (`/v1`), and their dashboard. Makes no outgoing call: what has to be sent goes to the dispatcher. */
@Module({ imports: [AuthModule, ApiKeysApiModule, SessionsApiModule, WebhooksApiModule, DashboardModule] })
export class ApiModule {}
