import type { EventType } from '../api/types';

/** The four events in the order of the help page. What they mean comes from `GET /v1/event-types`. */
export const EVENT_TYPES: EventType[] = [
  'CALL_COMPLETED',
  'CALL_FAILED',
  'INCOMING_CALL_COMPLETED',
  'INCOMING_CALL_FAILED',
];
