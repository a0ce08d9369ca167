export { API_VERSION, EVENT_TYPES, PAYLOAD_FORMATS, type EventType, type PayloadFormat } from './event-types';
export type {
  AgentInfo,
  CallData,
  CallInfo,
  EvaluationResult,
  IsoTime,
  JsonObject,
  JsonValue,
  PhoneNumbers,
  Recording,
  Summaries,
  Task,
  Transcript,
  TranscriptMessage,
} from './call-data';
export { callDataSchema, type JsonSchema } from './call-data.schema';
export { EVENT_TYPE_CATALOG, type EventTypeDescription } from './catalog';
export { type FieldError } from './field-error';
export { normaliseTime } from './iso-time';
export { parseCallData, type CallDataInput, type ParsedCallData } from './parse-call-data';
export { renderBody, type RenderableEvent } from './render-body';
export { sampleCallData } from './samples';
