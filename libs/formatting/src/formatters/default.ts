import { callDataSchema } from '../call-data.schema';
import { API_VERSION } from '../event-types';
import type { PayloadFormatter, RenderableEvent } from './formatter';

/** The nested body: an envelope around the call record. */
export const defaultFormatter: PayloadFormatter<'DEFAULT'> = {
  name: 'DEFAULT',

  render: (event) => Buffer.from(renderNested(event), 'utf8'),

  schema: (type, description) => ({
    title: `${type}, format DEFAULT`,
    description,
    type: 'object',
    properties: {
      id: { type: 'string', description: 'The id of the event; the same on every attempt and replay.' },
      type: { const: type },
      timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
      apiVersion: { const: API_VERSION },
      test: { const: true, description: 'Only on a test delivery.' },
      data: callDataSchema('body'),
    },
    required: ['id', 'type', 'timestamp', 'apiVersion', 'data'],
    additionalProperties: false,
  }),
};

function renderNested(event: RenderableEvent): string {
  // The record is JSON already, and neither ids, types, nor times need escaping: parsing it only to print it again
  // would cost time.
  return (
    `{"id":"${event.id}","type":"${event.type}","timestamp":"${event.occurredAt.toISOString()}",` +
    `"apiVersion":"${API_VERSION}",${event.test ? '"test":true,' : ''}"data":${event.data}}`
  );
}
