import { Module } from '@nestjs/common';
import { DeliveryCommandsModule, DeliveryReadingModule } from '@app/delivery';
import { WebhooksModule } from '@app/webhooks';
import { WebhookTester } from './webhook-tester';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [WebhooksModule, DeliveryCommandsModule, DeliveryReadingModule],
  controllers: [WebhooksController],
  providers: [WebhookTester],
})
export class WebhooksApiModule {}
