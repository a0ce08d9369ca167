import { below, type FieldErrors } from './field-error';

/** How deep the free parts of a call record may be nested: `{}` is 1 deep. */
export const MAX_DEPTH = 32;

/** What `FreeJsonCheck` found. */
export class FreeJsonCheck {
  /** Whether a number is -0, which JSON can carry but `JSON.stringify` prints as 0. */
  hasNegativeZero = false;

  constructor(private readonly errors: FieldErrors) {}

  /**
   * Checks a part of the call record whose shape its owner decides (`dataCollected`, `metadata`): any JSON is accepted,
   * but not too deep, without a name that could replace an object's prototype where a receiver merges it, and without
   * one that begins with NUL, which PHP cannot decode. In-process publishers can also pass what JSON cannot carry, or
   * what would change on its way (dates, class instances, cycles): that is rejected too.
   */
  check(value: unknown, path: string, depth = 1): void {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return;
      case 'number':
        if (!Number.isFinite(value)) this.errors.add(path, 'must be a finite number');
        else if (Object.is(value, -0)) this.hasNegativeZero = true;
        return;
      case 'object':
        if (value !== null) this.checkContainer(value, path, depth);
        return;
      default:
        this.errors.add(path, 'must be JSON: text, number, true, false, null, a list or an object');
    }
  }

  private checkContainer(value: object, path: string, depth: number): void {
    if (this.errors.isFull) return;
    if (depth > MAX_DEPTH) {
      this.errors.add(path, `must not be nested deeper than ${MAX_DEPTH} levels`);
      return;
    }
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item: unknown = value[i];
        if (!isPlainScalar(item)) this.check(item, below(path, i), depth + 1);
      }
      return;
    }
    // An instance of a class, a Date, a Map: whatever has more above it than Object.prototype (of any realm).
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      this.errors.add(path, 'must be a plain JSON object');
      return;
    }
    for (const key of Object.keys(value))
      this.checkMember(key, value as Record<string, unknown>, path, depth);
  }

  private checkMember(key: string, parent: Record<string, unknown>, path: string, depth: number): void {
    if (key === '__proto__') {
      this.errors.add(below(path, key), 'is a name that is not allowed');
    } else if (key.charCodeAt(0) === 0) {
      this.errors.add(below(path, key), 'must not begin with NUL: PHP cannot decode such a name');
    } else {
      const member = parent[key];
      // JSON leaves an undefined member out, and so may an in-process publisher.
      if (member !== undefined && !isPlainScalar(member)) this.check(member, below(path, key), depth + 1);
    }
  }
}

/** Saves the hot path from building the path of what cannot be wrong. */
function isPlainScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return value !== 0 ? Number.isFinite(value) : 1 / value > 0;
    default:
      return value === null;
  }
}
