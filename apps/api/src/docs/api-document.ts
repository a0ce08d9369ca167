import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { addProblems } from './problem-responses';
import { addIdempotencyKey } from './idempotency-header';

const DESCRIPTION = `Carries what happened to your calls to your own software, as signed webhooks.

Send your API key as \`Authorization: Bearer <key>\`. Times are ISO 8601 in UTC, ids sort by time. Lists are newest first
and answer \`{data, nextCursor}\`; give \`nextCursor\` back as \`cursor\` for the next page. Whatever goes wrong is answered as
\`application/problem+json\` (RFC 9457) with a stable \`code\`.`;

const TAGS: [name: string, description: string][] = [
  ['Webhooks', 'Where you want which events sent'],
  ['Deliveries', 'What was sent, and what was answered'],
  ['Events', 'What happened to your calls'],
  ['Event types', 'What can happen, and what a body looks like'],
  ['Replay', 'Sending again what failed or was missed'],
  ['API keys', 'Who may call this API'],
  ['Dashboard session', 'For the dashboard: a cookie in place of the key'],
  ['Publishing', 'For the platform: what happened to a call'],
  ['Internal: accounts', 'For the platform: new customers, and their way into the dashboard'],
  ['Health', 'For operators'],
];

/** Describes every route that an application has, from its decorators. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('SkipCalls Webhooks')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key of your account' }, 'apiKey')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'PUBLISHER_TOKEN' }, 'publisher');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  addIdempotencyKey(document);
  addProblems(document);
  return document;
}
