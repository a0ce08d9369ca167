import { Module } from '@nestjs/common';
import { DeliveryReadingModule, ExpungeModule } from '@app/delivery';
import { EventReadingModule } from '@app/events';
import { EventsController } from './events.controller';

@Module({
  imports: [EventReadingModule, DeliveryReadingModule, ExpungeModule],
  controllers: [EventsController],
})
export class EventsApiModule {}
