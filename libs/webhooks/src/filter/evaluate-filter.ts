import { fieldValue } from './field-value';
import type { FieldCondition, Filter, FilterScalar, FilterVerdict } from './filter';

const LONGEST_VALUE_SHOWN = 100;

/** Whether a call record passes a filter. Pure, and bounded by the 20 conditions that a filter may have. */
export function matchesFilter(filter: Filter, data: object): boolean {
  if ('all' in filter) return filter.all.every((part) => matchesFilter(part, data));
  if ('any' in filter) return filter.any.some((part) => matchesFilter(part, data));
  if ('not' in filter) return !matchesFilter(filter.not, data);
  return holds(filter, fieldValue(data, filter.field));
}

/** The same, with the condition that decided it. */
export function explainFilter(filter: Filter, data: object): FilterVerdict {
  if ('all' in filter || 'any' in filter) {
    const parts = 'all' in filter ? filter.all : filter.any;
    const deciding = 'any' in filter;
    const verdicts = parts.map((part) => explainFilter(part, data));
    const decisive = verdicts.find(({ matched }) => matched === deciding);
    if (decisive) return decisive;
    return { matched: !deciding, because: verdicts.map(({ because }) => because).join('; ') };
  }
  if ('not' in filter) {
    const { matched, because } = explainFilter(filter.not, data);
    return { matched: !matched, because };
  }
  const value = fieldValue(data, filter.field);
  return { matched: holds(filter, value), because: inWords(filter, value) };
}

/** A field that does not exist matches nothing except `exists: false` and `ne`. Types are never converted. */
function holds({ op, value: wanted }: FieldCondition, value: unknown): boolean {
  if (op === 'exists') return (value !== undefined) === wanted;
  if (op === 'ne') return value !== wanted;
  if (value === undefined) return false;
  switch (op) {
    case 'eq':
      return value === wanted;
    case 'in':
      return (wanted as FilterScalar[]).includes(value as FilterScalar);
    case 'contains':
      if (Array.isArray(value)) return value.includes(wanted);
      return typeof value === 'string' && value.includes(String(wanted));
    case 'startsWith':
      return typeof value === 'string' && value.startsWith(String(wanted));
    default:
      return isOrdered(op, value, wanted);
  }
}

/** Numbers by size; strings by code units, which puts ISO 8601 times in order. */
function isOrdered(op: 'gt' | 'gte' | 'lt' | 'lte', value: unknown, wanted: unknown): boolean {
  const comparable =
    (typeof value === 'number' && typeof wanted === 'number') ||
    (typeof value === 'string' && typeof wanted === 'string');
  if (!comparable) return false;
  const [a, b] = [value, wanted] as [number, number];
  if (op === 'gt') return a > b;
  if (op === 'gte') return a >= b;
  return op === 'lt' ? a < b : a <= b;
}

function inWords({ field, op, value: wanted }: FieldCondition, value: unknown): string {
  const is = value === undefined ? 'the field does not exist' : `the value is ${shown(value)}`;
  return `${field} ${op} ${shown(wanted)}: ${is}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE_SHOWN ? text : `${text.slice(0, LONGEST_VALUE_SHOWN)}…`;
}
