import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { WebhooksModule } from '@app/webhooks';
import { InspectorModule } from '../inspector/inspector.module';
import { DemoAccount } from './demo-account';
import { DemoController } from './demo.controller';

/** What a newcomer plays with: an account with a webhook to the inspector. Never there in production. */
@Module({
  imports: [AccountsModule, WebhooksModule, InspectorModule],
  controllers: [DemoController],
  providers: [DemoAccount],
})
export class DemoModule {}
