import type { CallData, JsonValue } from './call-data';
import { below, type FieldErrors } from './field-error';

/** Half a surrogate pair, as `JSON.stringify` escapes it. (A backslash before `ud` in the text looks alike.) */
const ESCAPED_SURROGATE = '\\ud';
/** Noncharacters: U+FDD0 to U+FDEF, and the last two code points of each plane. */
const NONCHARACTER =
  /[\uFDD0-\uFDEF\uFFFE\uFFFF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]/;
/** What RFC 7493 forbids in names and strings. */
const FORBIDDEN = /\p{Surrogate}|\p{Noncharacter_Code_Point}/gu;

/**
 * The record as JSON that RFC 7493 allows and every receiver's parser accepts. Half a surrogate pair (text that was cut
 * inside an emoji) and noncharacters become U+FFFD: a rejected event is a call that its customer never sees.
 * @param hasNegativeZero whether there is a -0 in it, which `JSON.stringify` would print as 0.
 * @returns the record and its text; null if two names of an object would become the same, which `errors` says.
 */
export function toExactJson(
  data: CallData,
  hasNegativeZero: boolean,
  errors: FieldErrors,
): { data: CallData; json: string } | null {
  const json = hasNegativeZero ? stringify(data as unknown as JsonValue) : JSON.stringify(data);
  if (!json.includes(ESCAPED_SURROGATE) && !NONCHARACTER.test(json)) return { data, json };
  const repaired = repair(data as unknown as JsonValue, 'data', errors);
  if (errors.list.length > 0) return null;
  return { data: repaired as unknown as CallData, json: stringify(repaired) };
}

/** A text as RFC 7493 allows it: what it forbids becomes U+FFFD. */
function repairText(text: string): string {
  return text.replace(FORBIDDEN, '\uFFFD');
}

function repair(value: JsonValue, path: string, errors: FieldErrors): JsonValue {
  if (typeof value === 'string') return repairText(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item, i) => repair(item, below(path, i), errors));
  const names = new Set<string>();
  const members = Object.keys(value).map((key): [string, JsonValue] => {
    const name = repairText(key);
    if (names.has(name))
      errors.add(below(path, key), 'is the name of another member, apart from invalid characters');
    names.add(name);
    return [name, repair(value[key], below(path, key), errors)];
  });
  return Object.fromEntries(members);
}

/** As `JSON.stringify`, but -0 stays -0. It is written as a fraction: Python and Ruby read `-0` as the integer 0. */
function stringify(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0.0';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  const members: string[] = [];
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined) members.push(`${JSON.stringify(key)}:${stringify(value[key])}`);
  }
  return `{${members.join(',')}}`;
}
