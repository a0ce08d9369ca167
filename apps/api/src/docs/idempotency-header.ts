import type { OpenAPIObject } from '@nestjs/swagger';
import { routesOf } from './operations';

/** Every POST of a customer takes it (see IdempotencyInterceptor), so it is told in one place. */
export function addIdempotencyKey(document: OpenAPIObject): void {
  for (const { method, path, operation } of routesOf(document)) {
    const isOfCustomers = operation.security?.some((scheme) => 'apiKey' in scheme);
    if (method !== 'post' || !path.startsWith('/v1/') || !isOfCustomers) continue;
    (operation.parameters ??= []).push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'A key of your own for this request. The same request with the same key within 24 hours gets the same answer, ' +
        'and nothing is done twice.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
      example: '6f0b7c1e-2d0f-4b0e-9a53-9d8a8f6f7f10',
    });
  }
}
