import { Module } from '@nestjs/common';
import { FormattingModule } from '@app/formatting';
import { DeliveryReader } from './delivery-reader';
import { DeliveryStats } from './delivery-stats';
import { StatsRollup } from './stats-rollup';

/** For processes that show what became of events. */
@Module({
  imports: [FormattingModule],
  providers: [DeliveryReader, DeliveryStats],
  exports: [DeliveryReader, DeliveryStats],
})
export class DeliveryReadingModule {}

/** Counts attempts by the hour, in the background. Imported by the dispatcher only. */
@Module({ providers: [StatsRollup], exports: [StatsRollup] })
export class StatsRollupModule {}
