import { Module } from '@nestjs/common';
import { QUEUES, registerQueues } from '@app/platform';
import { DispatcherCommands } from './dispatcher-commands';

/** For processes that ask the dispatcher to send. */
@Module({
  imports: [registerQueues(QUEUES.commands)],
  providers: [DispatcherCommands],
  exports: [DispatcherCommands],
})
export class DeliveryCommandsModule {}
