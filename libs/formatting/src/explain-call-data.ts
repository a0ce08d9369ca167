import type { JsonSchema } from './call-data.schema';
import { below, type FieldErrors } from './field-error';
import { FreeJsonCheck } from './free-json';

/** The formats of the input's schema, by name. */
export type Formats = Record<string, (text: string) => boolean>;

/**
 * Says everything that is wrong with a value by a schema of call-data.schema.ts, up to the limit of `errors`. It
 * implements just the keywords used there: a general validator collects every error of a hostile record first.
 */
export class Explainer {
  private readonly freeJson: FreeJsonCheck;

  constructor(
    private readonly formats: Formats,
    private readonly errors: FieldErrors,
  ) {
    this.freeJson = new FreeJsonCheck(errors);
  }

  explain(schema: JsonSchema, value: unknown, path: string): void {
    if (this.errors.isFull) return;
    const types = [schema['type'] ?? []].flat() as string[];
    if (types.length > 0 && !types.some((type) => isOfType(type, value))) {
      this.errors.add(path, `must be ${types.map(typeInWords).join(' or ')}`);
      return;
    }
    const allowed = schema['enum'] as unknown[] | undefined;
    if (allowed && !allowed.includes(value)) {
      this.errors.add(path, `must be one of ${allowed.map(String).join(', ')}`);
    } else if (typeof value === 'string') {
      this.explainText(schema, value, path);
    } else if (typeof value === 'number') {
      const minimum = schema['minimum'] as number | undefined;
      if (minimum !== undefined && value < minimum) this.errors.add(path, `must be at least ${minimum}`);
    } else if (Array.isArray(value)) {
      for (let i = 0; i < value.length && !this.errors.isFull; i++)
        this.explain(schema['items'] as JsonSchema, value[i], below(path, i));
    } else if (typeof value === 'object' && value !== null) {
      const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
      if (properties) this.explainObject(schema['required'] as string[], properties, value, path);
      else this.freeJson.check(value, path);
    }
  }

  private explainText(schema: JsonSchema, text: string, path: string): void {
    const { minLength, maxLength, pattern, format } = schema as {
      minLength?: number;
      maxLength?: number;
      pattern?: string;
      format?: string;
    };
    if (minLength !== undefined && text.length < minLength) this.errors.add(path, 'must not be empty');
    else if (maxLength !== undefined && isLongerThan(text, maxLength))
      this.errors.add(path, `must be at most ${maxLength} characters`);
    else if (
      (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) ||
      (format !== undefined && !this.formats[format](text))
    )
      this.errors.add(path, String(schema['x-rule']));
  }

  private explainObject(
    required: string[],
    properties: Record<string, JsonSchema>,
    value: object,
    path: string,
  ): void {
    const members = value as Record<string, unknown>;
    for (const key of required) {
      if (members[key] === undefined) this.errors.add(below(path, key), 'is required');
    }
    for (const key of Object.keys(members)) {
      if (this.errors.isFull) return;
      if (!Object.hasOwn(properties, key)) this.errors.add(below(path, key), 'is not a known field');
    }
    for (const [key, schema] of Object.entries(properties)) {
      if (members[key] !== undefined) this.explain(schema, members[key], below(path, key));
    }
  }
}

/** Whether a text has more characters (code points) than allowed. */
export function isLongerThan(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  if (text.length > 2 * maxCharacters) return true;
  return [...text].length > maxCharacters;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

function typeInWords(type: string): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
    array: 'a list',
  };
  return words[type] ?? type;
}
