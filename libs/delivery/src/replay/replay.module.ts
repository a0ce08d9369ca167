import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { WebhooksModule } from '@app/webhooks';
import { DeliveryCommandsModule } from '../commands/delivery-commands.module';
import { DeliveryReadingModule } from '../reading/delivery-reading.module';
import { EventSender } from './event-sender';
import { ReplayGroups } from './replay-groups';
import { ReplayProgress } from './replay-progress';
import { ReplayRunner } from './replay-runner';
import { Replay } from './replay.entity';
import { ReplayService } from './replay.service';
import { ResendService } from './resend.service';

/** For processes where sending again is asked for and looked at. */
@Module({
  imports: [
    MikroOrmModule.forFeature([Replay]),
    AccountsModule,
    WebhooksModule,
    DeliveryReadingModule,
    DeliveryCommandsModule,
  ],
  providers: [ReplayService, ReplayGroups, ReplayProgress, ResendService, EventSender],
  exports: [ReplayService, ReplayGroups, ReplayProgress, ResendService, EventSender],
})
export class ReplayModule {}

/** Does the replaying, in the background. Imported by the dispatcher only. */
@Module({
  imports: [DeliveryCommandsModule],
  providers: [ReplayRunner, ReplayProgress],
  exports: [ReplayRunner],
})
export class ReplayRunnerModule {}
