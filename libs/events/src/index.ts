export { Event } from './event.entity';
export {
  EventReader,
  type EventDetail,
  type CallSummary,
  type EventFilter,
  type EventSummary,
} from './reading/event-reader';
export { EventReadingModule } from './reading/event-reading.module';
export { EventBus, type Accepted, type DryRun, type PublishOptions } from './event-bus';
export { RejectionLog } from './rejections/rejection-log';
export { RejectedPublicationRecord } from './rejections/rejected-publication.entity';
export { outlineBatch } from './json/batch-outline';
export { type JsonSlice } from './json/json-elements';
export { Turns } from './json/turns';
export { EventStore, type Custody, type NewDelivery, type NewEvent } from './event-store';
export { EventsModule } from './events.module';
export { FirstAttempts, type CommittedEvent } from './first-attempts';
export { MAX_EVENT_BYTES, MAX_EVENT_TEXT_BYTES, tooLarge } from './publication';
export { SKIP_REASONS, type SkippedWebhook, type SkipReason } from './skipped-webhooks';
