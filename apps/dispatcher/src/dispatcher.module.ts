import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import {
  DeliveryEngineModule,
  LateAnswersModule,
  ReplayRunnerModule,
  StatsRollupModule,
} from '@app/delivery';
import { EventsModule, PhoneIndexModule } from '@app/events';
import { QUEUES, registerQueues } from '@app/platform';
import { AccountsHttpModule } from './accounts.module';
import { BatchPublisher } from './events/batch.publisher';
import { EventsController } from './events/events.controller';
import { PublishLane } from './events/publish-lane';
import { PublisherTokenModule } from './publisher-token';
import { CallEventsCleaner } from './queues/call-events-cleaner';
import { CallEventsProcessor } from './queues/call-events.processor';
import { CommandsProcessor } from './queues/commands.processor';
import { RetriesProcessor } from './queues/retries.processor';
import { Housekeeping } from './schedules/housekeeping';
import { SealUpgradeSchedule } from './schedules/seal-upgrade.schedule';

/** The one process that reaches outside: the publishers' door, sending, and the work in the background. */
@Module({
  imports: [
    PublisherTokenModule,
    EventsModule.sendingBy(DeliveryEngineModule),
    DeliveryEngineModule,
    ReplayRunnerModule,
    StatsRollupModule,
    LateAnswersModule,
    PhoneIndexModule,
    AccountsHttpModule,
    ScheduleModule.forRoot(),
    registerQueues(QUEUES.callEvents, QUEUES.retries, QUEUES.commands),
  ],
  controllers: [EventsController],
  providers: [
    Housekeeping,
    SealUpgradeSchedule,
    BatchPublisher,
    PublishLane,
    CallEventsProcessor,
    CallEventsCleaner,
    RetriesProcessor,
    CommandsProcessor,
  ],
})
export class DispatcherModule {}
