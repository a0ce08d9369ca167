/** The reader that an answer is built for. */
export class Reader {
  /** Whether something was left out or masked because the reader may not see personal data. */
  hidSomething = false;

  constructor(readonly seesPersonalData: boolean) {}
}

/**
 * What may be sent of a value. The answers of the backoffice are built from shapes: a field that no shape names is
 * not sent, so a new column or a new field of a view stays hidden until somebody lists it.
 */
export type Shape = (value: unknown, reader: Reader) => unknown;

/** A text, number, boolean, time, or null, or a list of those. Anything that has fields of its own is not sent. */
export const plain: Shape = (value) => {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return (value as unknown[]).filter(isPlain);
  return isPlain(value) ? value : null;
};

/** A text that readers without the right to personal data see masked; null where nothing is left of it. */
export function masked(mask: (text: string) => string | null): Shape {
  return (value, reader) => {
    if (typeof value !== 'string') return plain(value, reader);
    if (reader.seesPersonalData) return value;
    const shown = mask(value);
    if (shown !== value) reader.hidSomething = true;
    return shown;
  };
}

/** The same for everybody, e.g. for URLs that are secrets themselves. */
export function cleaned(clean: (text: string) => string, inner: Shape = plain): Shape {
  return (value, reader) => inner(typeof value === 'string' ? clean(value) : value, reader);
}

/** Only for readers that may see personal data; null for others. */
export const personal: Shape = masked(() => null);

/** An object of these fields, and no others. What is missing stays missing. */
export function fields(shapes: Record<string, Shape>): Shape {
  return (value, reader) => {
    if (!isObject(value)) return null;
    const shown: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries(shapes))
      if (Object.hasOwn(value, name) && value[name] !== undefined) shown[name] = shape(value[name], reader);
    return shown;
  };
}

export function listOf(shape: Shape): Shape {
  return (value, reader) => (Array.isArray(value) ? value.map((one) => shape(one, reader)) : null);
}

/** An object whose names are ours (states, outcomes). */
export function mapOf(shape: Shape): Shape {
  return (value, reader) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one, reader)]))
      : null;
}

/** Headers: readers without the right to personal data see those of the list only, each as its shape says. */
export function headers(known: Record<string, Shape>): Shape {
  return (value, reader) => {
    if (!isObject(value)) return null;
    const shown: Record<string, unknown> = {};
    for (const [name, one] of Object.entries(value)) {
      const shape = known[name.toLowerCase()];
      if (shape) shown[name] = shape(one, reader);
      else if (reader.seesPersonalData) shown[name] = plain(one, reader);
      else reader.hidSomething = true;
    }
    return shown;
  };
}

/** A view that says itself, in `isMasked`, whether something of it was hidden. */
export function view(shapes: Record<string, Shape>): Shape {
  const shape = fields(shapes);
  return (value, reader) => {
    const own = new Reader(reader.seesPersonalData);
    const shown = shape(value, own);
    reader.hidSomething ||= own.hidSomething;
    return shown === null ? null : { ...shown, isMasked: own.hidSomething };
  };
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
