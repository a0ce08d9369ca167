import { Module } from '@nestjs/common';
import { EventReadingModule } from '@app/events';
import { FormattingModule } from '@app/formatting';
import { CallSearch } from './call-search';
import { DeliveryReader } from './delivery-reader';
import { DeliveryStats } from './delivery-stats';
import { StatsRollup } from './stats-rollup';

/** For processes that show what became of events. */
@Module({
  imports: [FormattingModule, EventReadingModule],
  providers: [DeliveryReader, DeliveryStats, CallSearch],
  exports: [DeliveryReader, DeliveryStats, CallSearch],
})
export class DeliveryReadingModule {}

/** Counts attempts by the hour, in the background. Imported by the dispatcher only. */
@Module({ providers: [StatsRollup], exports: [StatsRollup] })
export class StatsRollupModule {}
