import { DynamicModule, Module, type Type } from '@nestjs/common';
import { EventBus } from './event-bus';
import { EventStore } from './event-store';
import { KnownAccounts } from './known-accounts';

/** Accepting events. */
@Module({})
export class EventsModule {
  /** @param sending the module that exports `FirstAttempts`. */
  static sendingBy(sending: Type): DynamicModule {
    return {
      module: EventsModule,
      imports: [sending],
      providers: [EventBus, EventStore, KnownAccounts],
      exports: [EventBus],
    };
  }
}
