import { Problem, type FieldError } from '../problem';

/** What a JSON body may look like, so that validating it costs no more than a few milliseconds. */
export interface ShapeLimits {
  /** Levels of objects and lists. */
  depth: number;
  /** Fields of one object, or items of one list. */
  perContainer: number;
  /** Values in all. */
  values: number;
}

export const CUSTOMER_JSON: ShapeLimits = { depth: 32, perContainer: 1_000, values: 5_000 };

/**
 * Rejects JSON that is too deep or too numerous to be validated within one turn of the event loop, and names that
 * JavaScript gives a meaning of their own. Goes level by level, without recursion, and stops at the first finding.
 * @throws Problem validation_failed
 */
export function requireShape(body: unknown, limits: ShapeLimits = CUSTOMER_JSON): void {
  let level: [path: string, value: object][] = isContainer(body) ? [['', body]] : [];
  let values = 0;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limits.depth) throw invalid('', `must not be nested more than ${limits.depth} levels deep`);
    const next: typeof level = [];
    for (const [path, container] of level) {
      const entries = Object.entries(container) as [string, unknown][];
      values += entries.length;
      if (entries.length > limits.perContainer)
        throw invalid(path, `must not have more than ${limits.perContainer} ${Array.isArray(container) ? 'items' : 'fields'}`); // prettier-ignore
      if (values > limits.values) throw invalid('', `must not have more than ${limits.values} values in all`);
      for (const [name, value] of entries) {
        const own = Array.isArray(container) ? `${path}[${name}]` : path ? `${path}.${name}` : name;
        if (name === '__proto__') throw invalid(own, 'is not a known field');
        if (isContainer(value)) next.push([own, value]);
      }
    }
    level = next;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function invalid(path: string, message: string): Problem {
  return Problem.invalid([{ path, message } satisfies FieldError]);
}
