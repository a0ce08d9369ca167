import type { CallData } from './call-data';
import { API_VERSION, type EventType, type PayloadFormat } from './event-types';
import { flatten } from './zapier';

/** An event as far as its body is concerned. */
export interface RenderableEvent {
  id: string;
  type: EventType;
  occurredAt: Date;
  /** The normalised call record as JSON text, as `parseCallData` gave it. */
  data: string;
  test: boolean;
}

/**
 * The exact bytes that receivers get. The same event and format give the same bytes, so an attempt's body need not be
 * stored to be sent, or shown, again.
 */
export function renderBody(event: RenderableEvent, format: PayloadFormat): Buffer {
  return Buffer.from(format === 'ZAPIER' ? renderFlat(event) : renderNested(event), 'utf8');
}

function renderNested(event: RenderableEvent): string {
  // The record is JSON already, and neither ids, types nor times have anything to escape: parsing it to print it
  // again would only cost.
  return (
    `{"id":"${event.id}","type":"${event.type}","timestamp":"${event.occurredAt.toISOString()}",` +
    `"apiVersion":"${API_VERSION}",${event.test ? '"test":true,' : ''}"data":${event.data}}`
  );
}

function renderFlat(event: RenderableEvent): string {
  const envelope = {
    id: event.id,
    type: event.type,
    timestamp: event.occurredAt.toISOString(),
    apiVersion: API_VERSION,
    test: event.test,
  };
  return flatten(envelope, JSON.parse(event.data) as CallData);
}
