import { Module } from '@nestjs/common';
import { DeliveryReadingModule, ReplayModule } from '@app/delivery';
import { DeliveriesCsvController } from './deliveries-csv.controller';
import { DeliveriesController } from './deliveries.controller';

@Module({
  imports: [DeliveryReadingModule, ReplayModule],
  controllers: [DeliveriesCsvController, DeliveriesController],
})
export class DeliveriesApiModule {}
