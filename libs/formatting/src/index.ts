export { EVENT_TYPES, PAYLOAD_FORMATS, type EventType, type PayloadFormat } from './event-types';
