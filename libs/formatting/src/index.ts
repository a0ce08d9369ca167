export { API_VERSION, EVENT_TYPES, type EventType } from './event-types';
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
export { below, FieldErrors, type FieldError } from './field-error';
export { normaliseTime } from './iso-time';
export { parseCallData, type CallDataInput, type ParsedCallData } from './parse-call-data';
export {
  CUSTOM_METHODS,
  customFormat,
  customVersion,
  type CustomFormat,
  type CustomMethod,
  type CustomRequest,
  type RenderedRequest,
} from './custom/custom-request';
export { TemplateError, TemplateRenderer } from './custom/template-renderer';
export { FormatterRegistry } from './formatter-registry';
export { FormattingModule } from './formatting.module';
export {
  FORMAT_NAMES,
  SHOWN_FORMATS,
  shownFormat,
  type ShownFormat,
  isPayloadFormat,
  PAYLOAD_FORMATS,
  type DestinationFormat,
  type EmailContent,
  type FormatName,
  type Formatter,
  type PayloadFormat,
  type RenderableEvent,
} from './formatters';
export { sampleCallData } from './samples';
