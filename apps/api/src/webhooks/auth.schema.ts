/** The shapes of `auth` in the docs; its rules are checked with paths by `@app/webhooks`. */
const SHAPES = [
  shape('BEARER', { token: 'At most 4,096 visible ASCII characters' }),
  shape(
    'MTLS',
    { certificate: 'PEM: the certificate, then intermediate ones', key: 'PEM, without a passphrase' },
    { ca: 'PEM: trusted in place of the public authorities' },
  ),
  shape('BASIC', { username: 'Without a colon', password: 'At most 1,024 characters' }),
];

export const AUTH_SCHEMA = {
  nullable: true,
  oneOf: SHAPES,
  description:
    'How requests authenticate, for the types `HTTP` and `CUSTOM`. Encrypted like secrets; answers show only its type and what is no ' +
    'secret of it. An `auth` that is sent back as it was answered keeps the stored one. A PATCH that changes the URL to ' +
    'another host needs it again (400 naming `auth`), or drops it with null. BEARER and BASIC set the ' +
    'header `Authorization`, so that `headers` cannot have it too.',
  example: { type: 'BEARER', token: '0123456789' },
};

/** As answers show it. */
export const SHOWN_AUTH_SCHEMA = {
  nullable: true,
  type: 'object',
  additionalProperties: true,
  description:
    'How requests authenticate, without its secrets. `MTLS` has `certificate: {subject, expiresAt}`, and `warning` from 30 days before it expires',
  example: { type: 'BASIC', username: 'ada' },
} as const;

function shape(type: string, required: Record<string, string>, optional: Record<string, string> = {}) {
  const texts = Object.entries({ ...required, ...optional }).map(([name, description]) => [
    name,
    { type: 'string', description },
  ]);
  return {
    type: 'object',
    properties: {
      type: { type: 'string', enum: [type] },
      ...(Object.fromEntries(texts) as Record<string, object>),
    },
    required: ['type', ...Object.keys(required)],
    additionalProperties: false,
  };
}
