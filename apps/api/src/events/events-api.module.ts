import { Module } from '@nestjs/common';
import { DeliveryReadingModule, ExpungeModule, ReplayModule } from '@app/delivery';
import { EventReadingModule } from '@app/events';
import { EventsCsvController } from './events-csv.controller';
import { EventsController } from './events.controller';

@Module({
  imports: [EventReadingModule, DeliveryReadingModule, ExpungeModule, ReplayModule],
  controllers: [EventsCsvController, EventsController],
})
export class EventsApiModule {}
