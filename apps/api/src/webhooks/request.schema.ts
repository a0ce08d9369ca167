import { CUSTOM_METHODS } from '@app/formatting';

/** The shape of `request` in the docs; its rules are checked with paths by `@app/webhooks`. */
export const REQUEST_SCHEMA = {
  type: 'object' as const,
  nullable: true,
  properties: {
    method: { type: 'string' as const, enum: [...CUSTOM_METHODS] },
    body: {
      type: 'string' as const,
      maxLength: 65_536,
      description:
        'A Liquid template that gives JSON. `{{ … }}` is escaped for a JSON string; `| json` gives a JSON value.',
      example: '{"title": {{ data.call.title | json }}}',
    },
    headers: {
      type: 'object' as const,
      additionalProperties: { type: 'string' as const },
      description: 'Templates of one line each, not encrypted. A header whose value is empty is left out.',
    },
  },
  required: ['method', 'body'] as string[],
  additionalProperties: false,
  description:
    'For type `CUSTOM`: the request as Liquid templates over the DEFAULT body (`id`, `type`, `timestamp`, `data`). They ' +
    'are rendered with a sample event when saved. A delivery keeps the templates that it was created with. See docs/destinations/custom.md.',
  // Null, so that the examples of all fields together are a request that works: of type HTTP.
  example: null,
};
