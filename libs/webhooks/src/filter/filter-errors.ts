import { callDataSchema } from '@app/formatting';
import { isPlainText, type FieldError } from '@app/platform';
import { FILTER_OPERATORS, type FilterOperator } from './filter';

export const FILTER_LIMITS = { conditions: 20, depth: 10, field: 500, text: 1_000, list: 100 } as const;

type Sections = Record<string, { properties?: Record<string, unknown> }>;
const SECTIONS = callDataSchema('body')['properties'] as Sections;
/** Their names are the customer's own. */
const FREE = ['dataCollected', 'evaluationResults', 'tasks'];

/**
 * What is wrong with a filter, by path (`filter.all[0].op`). Strict: a misspelled field would silently match nothing.
 * @returns an empty list if it may be saved.
 */
export function filterErrors(filter: unknown, path = 'filter'): FieldError[] {
  const check = new FilterCheck();
  check.condition(filter, path, 1);
  if (check.conditions > FILTER_LIMITS.conditions)
    check.errors.unshift({ path, message: `must have at most ${FILTER_LIMITS.conditions} conditions` });
  return check.errors.slice(0, 20);
}

class FilterCheck {
  readonly errors: FieldError[] = [];
  conditions = 0;

  condition(value: unknown, path: string, depth: number): void {
    if (this.errors.length >= 20 || this.conditions > FILTER_LIMITS.conditions) return;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.reject(
        path,
        'must be a condition: {all: […]}, {any: […]}, {not: …}, or {field, op, value}',
      );
    }
    if (depth > FILTER_LIMITS.depth)
      return this.reject(path, `is nested deeper than ${FILTER_LIMITS.depth} levels`);
    const condition = value as Record<string, unknown>;
    const group = (['all', 'any', 'not'] as const).find((name) => name in condition);
    if (group === undefined) return this.field(condition, path);
    this.onlyKeys(condition, [group], path);
    if (group === 'not') return this.condition(condition['not'], `${path}.not`, depth + 1);
    const parts = condition[group];
    if (!Array.isArray(parts) || parts.length === 0)
      return this.reject(`${path}.${group}`, 'must be a list of at least one condition');
    if (parts.length > FILTER_LIMITS.conditions) {
      this.conditions = parts.length;
      return;
    }
    parts.forEach((part, i) => this.condition(part, `${path}.${group}[${i}]`, depth + 1));
  }

  private field(condition: Record<string, unknown>, path: string): void {
    this.conditions += 1;
    this.onlyKeys(condition, ['field', 'op', 'value'], path);
    const { field, op, value } = condition;
    const fieldError =
      typeof field === 'string' ? pathError(field) : 'must be a path into data, such as call.durationSeconds';
    if (fieldError) this.reject(`${path}.field`, fieldError);
    if (!FILTER_OPERATORS.includes(op as FilterOperator)) {
      return this.reject(`${path}.op`, `must be one of ${FILTER_OPERATORS.join(', ')}`);
    }
    const message = valueError(op as FilterOperator, value);
    if (message) this.reject(`${path}.value`, message);
  }

  private onlyKeys(condition: object, known: string[], path: string): void {
    for (const key of Object.keys(condition)) {
      if (!known.includes(key)) this.reject(`${path}.${key.slice(0, 100)}`, 'is not known here');
    }
  }

  private reject(path: string, message: string): void {
    this.errors.push({ path, message });
  }
}

function pathError(field: string): string | null {
  if (field.length > FILTER_LIMITS.field || !isPlainText(field)) {
    return `must be at most ${FILTER_LIMITS.field} characters, none of them a control character`;
  }
  const [section, key] = field.split('.', 2);
  if (!Object.hasOwn(SECTIONS, section)) return `must begin with one of ${Object.keys(SECTIONS).join(', ')}`;
  const { properties } = SECTIONS[section];
  if (key === undefined || FREE.includes(section) || !properties || Object.hasOwn(properties, key))
    return null;
  return `has no field ${key.slice(0, 100)} in ${section}: it has ${Object.keys(properties).join(', ')}`;
}

function valueError(op: FilterOperator, value: unknown): string | null {
  if (op === 'exists') return typeof value === 'boolean' ? null : 'must be true or false';
  if (op === 'in') {
    const isList =
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= FILTER_LIMITS.list &&
      value.every(isScalar);
    return isList ? null : `must be a list of 1 to ${FILTER_LIMITS.list} strings, numbers, or booleans`;
  }
  if (op === 'startsWith') return typeof value === 'string' && isScalar(value) ? null : 'must be a string';
  if (['gt', 'gte', 'lt', 'lte'].includes(op)) {
    return typeof value !== 'boolean' && isScalar(value) ? null : 'must be a number or a string';
  }
  return isScalar(value)
    ? null
    : `must be a string (at most ${FILTER_LIMITS.text} characters), a number, or a boolean; use exists for null`;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= FILTER_LIMITS.text && isPlainText(value);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
