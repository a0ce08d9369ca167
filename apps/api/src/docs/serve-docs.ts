import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeApi } from './api-document';

/**
 * `/docs` for people and `/docs-json` for programs: the routes that this very process has. Its assets come from here, and
 * the document is made when it is first asked for.
 */
export function serveDocs(app: INestApplication): void {
  let document: OpenAPIObject | null = null;
  SwaggerModule.setup('docs', app, () => (document ??= describeApi(app)), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    customCss: '.swagger-ui .topbar { display: none }',
    customSiteTitle: 'SkipCalls Webhooks: API',
    swaggerOptions: { docExpansion: 'list', defaultModelsExpandDepth: 0, displayRequestDuration: true },
  });
}
