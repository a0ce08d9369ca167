import { Module } from '@nestjs/common';
import { DeliveryReadingModule, ExpungeModule, ReplayModule } from '@app/delivery';
import { EventReadingModule } from '@app/events';
import { EventsController } from './events.controller';

@Module({
  imports: [EventReadingModule, DeliveryReadingModule, ExpungeModule, ReplayModule],
  controllers: [EventsController],
})
export class EventsApiModule {}
