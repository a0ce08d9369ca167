import { below, type FieldError } from './field-error';

/** How deep the free parts of a call record may be nested: `{}` is 1 deep. */
export const MAX_DEPTH = 32;

/**
 * Checks a part of the call record whose shape is its owner's affair (`dataCollected`, `metadata`): any JSON will do,
 * but not too deep, and without a key that could replace an object's prototype where a receiver merges it.
 * In-process publishers can also hand over what JSON cannot carry, or what would change on its way (dates, class
 * instances, cycles): that is refused too.
 */
export function checkFreeJson(value: unknown, path: string, errors: FieldError[], depth = 1): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) errors.push({ path, message: 'must be a finite number' });
      return;
    case 'object':
      if (value !== null) checkContainer(value, path, errors, depth);
      return;
    default:
      errors.push({ path, message: 'must be JSON: text, number, true, false, null, a list or an object' });
  }
}

function checkContainer(value: object, path: string, errors: FieldError[], depth: number): void {
  if (depth > MAX_DEPTH) {
    errors.push({ path, message: `must not be nested deeper than ${MAX_DEPTH} levels` });
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      if (!isPlainScalar(item)) checkFreeJson(item, below(path, i), errors, depth + 1);
    }
    return;
  }
  // An instance of a class, a Date, a Map: whatever has more above it than Object.prototype (of any realm).
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    errors.push({ path, message: 'must be a plain JSON object' });
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') {
      errors.push({ path: below(path, key), message: 'is a name that is not allowed' });
      continue;
    }
    const member = (value as Record<string, unknown>)[key];
    // JSON leaves an undefined member out, and so may who calls us in-process.
    if (member !== undefined && !isPlainScalar(member))
      checkFreeJson(member, below(path, key), errors, depth + 1);
  }
}

/** Spares the hot path from building the path of what cannot be wrong. */
function isPlainScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}
