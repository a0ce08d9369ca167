import { Module } from '@nestjs/common';
import { DeliveryCommandsModule } from '@app/delivery';
import { WebhooksModule } from '@app/webhooks';
import { WebhookTester } from './webhook-tester';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [WebhooksModule, DeliveryCommandsModule],
  controllers: [WebhooksController],
  providers: [WebhookTester],
})
export class WebhooksApiModule {}
