import { Module } from '@nestjs/common';
import { EventReadingModule } from '@app/events';
import { FormattingModule } from '@app/formatting';
import { CustomRequests } from '@app/webhooks';
import { CustomBodies } from '../custom/custom-bodies';
import { CallSearch } from './call-search';
import { DeliveryReader } from './delivery-reader';
import { DeliveryStats } from './delivery-stats';
import { StatsRollup } from './stats-rollup';
import { WebhookHealthReader } from './webhook-health';

/** For processes that show what became of events. */
@Module({
  imports: [FormattingModule, EventReadingModule],
  providers: [DeliveryReader, DeliveryStats, CallSearch, WebhookHealthReader, CustomBodies, CustomRequests],
  exports: [DeliveryReader, DeliveryStats, CallSearch, WebhookHealthReader],
})
export class DeliveryReadingModule {}

/** Counts attempts by the hour, in the background. Imported by the dispatcher only. */
@Module({ providers: [StatsRollup], exports: [StatsRollup] })
export class StatsRollupModule {}
