import type { JsonSchema } from '../call-data.schema';
import type { EventType } from '../event-types';

/** An event as far as its body is concerned. */
export interface RenderableEvent {
  id: string;
  type: EventType;
  occurredAt: Date;
  /** The normalized call record as JSON text, as `parseCallData` returns it. */
  data: string;
  test: boolean;
}

/**
 * Turns an event into a body. Pure: the same event always gives the same bytes, so an attempt's body is never stored
 * to be sent, or shown, again.
 */
export interface Formatter<Name extends string = string> {
  /** The format as it is stored with each delivery. */
  readonly name: Name;
  /** @returns the exact bytes that the receiver gets. */
  render(event: RenderableEvent): Buffer;
}

/** A format that customers choose and parse themselves, so its schema is part of the event type catalog. */
export interface PayloadFormatter<Name extends string = string> extends Formatter<Name> {
  /** JSON Schema (draft 2020-12) of the body. */
  schema(type: EventType, description: string): JsonSchema;
}
