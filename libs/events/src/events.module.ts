import { DynamicModule, Module, type Type } from '@nestjs/common';
import { WebhookTargetsModule } from '@app/webhooks';
import { EventBus } from './event-bus';
import { EventCommits } from './event-commits';
import { EventStore } from './event-store';
import { Fanouts } from './fanout/fanouts';
import { FanoutStore } from './fanout/fanout-store';
import { KnownAccounts } from './known-accounts';
import { RejectionLog } from './rejections/rejection-log';

/** Accepting events. */
@Module({})
export class EventsModule {
  /** @param sending the module that exports `FirstAttempts`. */
  static sendingBy(sending: Type): DynamicModule {
    return {
      module: EventsModule,
      imports: [sending, WebhookTargetsModule],
      providers: [EventBus, EventCommits, EventStore, Fanouts, FanoutStore, KnownAccounts, RejectionLog],
      exports: [EventBus],
    };
  }
}
