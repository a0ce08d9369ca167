export { Event } from './event.entity';
export { EventReader, type EventDetail, type EventFilter, type EventSummary } from './reading/event-reader';
export { EventReadingModule } from './reading/event-reading.module';
export { EventBus, type Accepted } from './event-bus';
export { type Custody, type NewDelivery, type NewEvent } from './event-store';
export { EventsModule } from './events.module';
export { FirstAttempts, type CommittedEvent } from './first-attempts';
export { MAX_EVENT_BYTES } from './publication';
