/** What is wrong with one field of the input; `path` leads to it, e.g. `data.transcript.messages[3].role`. */
export interface FieldError {
  path: string;
  message: string;
}

const LONGEST_KEY_SHOWN = 100;

/** The path of a field below another one. Keys come from outside, so a giant one is cut. */
export function below(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return `${path}.${key.length > LONGEST_KEY_SHOWN ? `${key.slice(0, LONGEST_KEY_SHOWN)}…` : key}`;
}
