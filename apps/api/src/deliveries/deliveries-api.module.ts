import { Module } from '@nestjs/common';
import { DeliveryReadingModule, ReplayModule } from '@app/delivery';
import { DeliveriesController } from './deliveries.controller';

@Module({ imports: [DeliveryReadingModule, ReplayModule], controllers: [DeliveriesController] })
export class DeliveriesApiModule {}
