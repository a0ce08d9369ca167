import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { TestApp } from './app';

type Schema = Record<string, any>;

/** One route of an app, as its generated OpenAPI document tells it. */
export interface Operation {
  method: string;
  /** With `{id}` and the like. */
  path: string;
  /** Names of what stands in braces. */
  pathParameters: string[];
  query: { name: string; required: boolean; schema: Schema }[];
  /** Resolved; null where no body is taken. */
  body: Schema | null;
  /** Whether an API key is asked for. */
  isProtected: boolean;
}

/** Every route of an app under a prefix. Made from the decorators, so a new route is there by itself. */
export function operationsOf(app: TestApp, prefix: string): Operation[] {
  const document = SwaggerModule.createDocument(
    app.nest,
    new DocumentBuilder().addBearerAuth({ type: 'http', scheme: 'bearer' }, 'apiKey').build(),
  );
  const operations: Operation[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!path.startsWith(prefix)) continue;
    for (const [method, operation] of Object.entries(methods as Record<string, any>)) {
      const parameters = (operation.parameters ?? []) as Schema[];
      const body = operation.requestBody?.content?.['application/json']?.schema as Schema | undefined;
      operations.push({
        method: method.toUpperCase(),
        path,
        pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        query: parameters
          .filter((parameter) => parameter.in === 'query')
          .map(({ name, required, schema }) => ({
            name,
            required: Boolean(required),
            schema: resolved(document, schema),
          })),
        body: body ? resolved(document, body) : null,
        isProtected: Boolean(operation.security?.length),
      });
    }
  }
  return operations;
}

/** Follows references, all the way down. */
function resolved(document: OpenAPIObject, schema: Schema): Schema {
  if (schema.$ref) return resolved(document, document.components!.schemas![schema.$ref.split('/').at(-1)!]);
  if (schema.allOf?.length === 1)
    return { ...resolved(document, schema.allOf[0]), ...schema, allOf: undefined };
  const properties = schema.properties as Record<string, Schema> | undefined;
  return {
    ...schema,
    ...(properties ? { properties: mapValues(properties, (property) => resolved(document, property)) } : {}),
    ...(schema.items ? { items: resolved(document, schema.items) } : {}),
  };
}

/** A value that the schema allows: its example, or the plainest there is. */
export function sampleOf(schema: Schema): any {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object': {
      const required = new Set<string>(schema.required ?? []);
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>).filter(
        ([name]) => required.has(name),
      );
      return Object.fromEntries(properties.map(([name, property]) => [name, sampleOf(property)]));
    }
    case 'array':
      return [sampleOf(schema.items ?? {})];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return schema.format === 'date-time' ? new Date(Date.now() - 3_600_000).toISOString() : 'text';
  }
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
