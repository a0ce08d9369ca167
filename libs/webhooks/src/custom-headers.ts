import type { FieldError } from '@app/platform';

/** Headers that a customer wants with every request, by name as typed. */
export type CustomHeaders = Record<string, string>;

export const MAX_CUSTOM_HEADERS = 20;
const MAX_NAME_LENGTH = 100;
const MAX_VALUE_LENGTH = 4_096;
/** Servers commonly take 8 to 16 KiB of headers in all; ours need a part of it. */
const MAX_TOTAL_BYTES = 6_144;

const MASK = '••••';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** Ours alone (CONTRACT: custom headers never replace them), and those that frame the request or steer the connection. */
const RESERVED = new Set([
  'content-type', 'user-agent',
  'host', 'content-length', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect',
]); // prettier-ignore
const RESERVED_PREFIXES = ['webhook-', 'x-webhook-', 'proxy-'];

/** What is wrong with headers that a customer wants to set. `Authorization` and `Cookie` are theirs to set. */
export function customHeaderErrors(headers: CustomHeaders): FieldError[] {
  const entries = Object.entries(headers);
  const errors: FieldError[] = [];
  if (entries.length > MAX_CUSTOM_HEADERS)
    errors.push({ path: 'headers', message: `has more than ${MAX_CUSTOM_HEADERS} headers` });
  const total = entries.reduce(
    (bytes, [name, value]) => bytes + name.length + (typeof value === 'string' ? value.length : 0) + 4,
    0,
  );
  if (total > MAX_TOTAL_BYTES)
    errors.push({ path: 'headers', message: `is larger than ${MAX_TOTAL_BYTES} bytes in all` });
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const message =
      nameError(name) ?? valueError(value) ?? (seen.has(name.toLowerCase()) ? 'is there twice' : null);
    if (message) errors.push({ path: `headers.${name.slice(0, MAX_NAME_LENGTH)}`, message });
    seen.add(name.toLowerCase());
  }
  return errors;
}

function nameError(name: string): string | null {
  if (!TOKEN.test(name)) return 'is not a valid header name';
  if (name.length > MAX_NAME_LENGTH) return `has a name longer than ${MAX_NAME_LENGTH} characters`;
  const lower = name.toLowerCase();
  if (RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return 'is reserved and cannot be set';
  return null;
}

function valueError(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  if (value.startsWith(MASK))
    return 'is masked, and not the value that is stored: send the whole value, or leave it as it was answered';
  if (value.length > MAX_VALUE_LENGTH) return `is longer than ${MAX_VALUE_LENGTH} characters`;
  if (!VALUE.test(value))
    return 'must be printable ASCII, not empty, without line breaks or spaces around it';
  return null;
}

/** Header values as answers show them: enough to tell which one is set, never enough to use it. */
export function maskHeaders(headers: CustomHeaders): CustomHeaders {
  return mapValues(headers, ([, value]) => maskValue(value));
}

/**
 * What is meant by headers in a PATCH: a value that comes back masked just as it was answered stays what it was, so
 * that a client may read a webhook, change one thing and send all of it back.
 */
export function withStoredValues(given: CustomHeaders, stored: CustomHeaders): CustomHeaders {
  const storedByName = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]));
  return mapValues(given, ([name, value]) => {
    const present = storedByName.get(name.toLowerCase());
    return present !== undefined && isMaskOf(value, present) ? present : value;
  });
}

/** Whether a text is what responses show in place of a value. */
export function isMaskOf(text: string, value: string): boolean {
  return text === maskValue(value);
}

/** A header that a PATCH sets to null is dropped, like one that it leaves out. */
export function withoutNulls(given: Record<string, string | null>): CustomHeaders {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as CustomHeaders;
}

function maskValue(value: string): string {
  return value.length >= 12 ? MASK + value.slice(-4) : MASK;
}

/** `Object.fromEntries` keeps even a header named `__proto__` an ordinary property. */
function mapValues(headers: CustomHeaders, change: (entry: [string, string]) => string): CustomHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change([name, value])]));
}
