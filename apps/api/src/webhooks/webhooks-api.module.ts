import { Module } from '@nestjs/common';
import { DeliveryCommandsModule, DeliveryReadingModule } from '@app/delivery';
import { EventReadingModule } from '@app/events';
import { WebhooksModule } from '@app/webhooks';
import { FilterPreview } from './filter-preview';
import { WebhookHistoryController } from './webhook-history.controller';
import { WebhookLister } from './webhook-lister';
import { WebhookTester } from './webhook-tester';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [WebhooksModule, DeliveryCommandsModule, DeliveryReadingModule, EventReadingModule],
  controllers: [WebhooksController, WebhookHistoryController],
  providers: [WebhookLister, WebhookTester, FilterPreview],
})
export class WebhooksApiModule {}
