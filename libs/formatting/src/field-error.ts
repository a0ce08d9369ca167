/** What is wrong with one field of the input; `path` leads to it, e.g. `data.transcript.messages[3].role`. */
export interface FieldError {
  path: string;
  message: string;
}

/** More errors help nobody, and a hostile record could have a hundred thousand. */
export const MAX_ERRORS = 20;

/** Collects what is wrong with an input, up to `MAX_ERRORS`. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  get isFull(): boolean {
    return this.list.length >= MAX_ERRORS;
  }

  add(path: string, message: string): void {
    if (!this.isFull) this.list.push({ path, message });
  }
}

const LONGEST_KEY_SHOWN = 100;

/**
 * The path of a field below another one. Keys come from outside: a giant one is cut, between characters, and half a
 * surrogate pair is replaced, so that every client can parse the error.
 */
export function below(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const shown = shownKey(key);
  return path === '' ? shown : `${path}.${shown}`;
}

function shownKey(key: string): string {
  if (key.length <= LONGEST_KEY_SHOWN) return wellFormed(key);
  return `${wellFormed(key.slice(0, LONGEST_KEY_SHOWN).replace(/[\uD800-\uDBFF]$/, ''))}…`;
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
