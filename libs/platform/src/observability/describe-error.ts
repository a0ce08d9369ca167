import { DriverException, ValidationError } from '@mikro-orm/core';

/** What a log line says about an error. */
export interface ErrorDescription {
  type: string;
  code?: string;
  message: string;
  /** Frames only, one a line. */
  stack?: string;
  [detail: string]: unknown;
}

/** What PostgreSQL says beside its message that names parts of the schema, and never a value. */
const NAMES = ['severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'] as const;
/** SQLSTATE classes whose messages are about the server and never quote what was sent. */
const ABOUT_THE_SERVER = /^(08|25|40|53|55|57|58|XX)/;
const MAX_CAUSES = 3;

/**
 * Describes an error for a log, without values. Messages of a database error repeat the statement, its parameters, or the
 * row that failed (`detail`), and those of a JSON error quote the text: customers' data and secrets, in a place that is
 * read and kept by others. What is left is enough to find the cause: code, constraint, table, column, and the stack.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'Something other than an error was thrown' };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: safeMessage(error),
    stack: framesOf(error),
    ...(isDatabaseError(error) ? namesIn(error) : {}),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, MAX_CAUSES).map((one) => safeMessage(one)) }
      : {}),
    ...(cause !== undefined && depth < MAX_CAUSES ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

/** The message of an error without values, for a line that people read. */
export function safeMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'Something other than an error was thrown';
  const { code, constraint, jse_cause } = error as {
    code?: unknown;
    constraint?: unknown;
    jse_cause?: unknown;
  };
  if (error instanceof ValidationError) return 'The ORM rejected a value or did not find a row';
  if (isDatabaseError(error)) {
    if (!(error instanceof DriverException) && ABOUT_THE_SERVER.test(String(code))) return error.message;
    const at = typeof constraint === 'string' ? `, constraint ${constraint}` : '';
    return `PostgreSQL rejected a statement (${typeof code === 'string' ? code : 'no code'}${at})`;
  }
  // A failed migration repeats the error of its statement.
  if (jse_cause !== undefined)
    return `${error.message.split(' failed: ')[0]} failed: ${safeMessage(jse_cause)}`;
  if (error.name === 'SyntaxError')
    return error.message.replace(/["'`][^]*["'`]/, '…').replace(/token \S+/, 'token …');
  return error.message;
}

/** An error of the PostgreSQL driver, by itself or in one of MikroORM's. */
function isDatabaseError(error: Error): boolean {
  if (error instanceof DriverException) return true;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && typeof severity === 'string';
}

function namesIn(error: Error): Record<string, unknown> {
  const details = error as unknown as Record<string, unknown>;
  return Object.fromEntries(NAMES.flatMap((name) => (details[name] ? [[name, details[name]]] : [])));
}

/** A message can have lines that look like frames, so it is cut off before they are looked for. */
function framesOf(error: Error): string | undefined {
  const stack = error.stack ?? '';
  const start = error.message === '' ? 0 : stack.indexOf(error.message);
  return onlyFrames(start < 0 ? stack : stack.slice(start + error.message.length));
}

/** The frames of a stack whose error is not known. */
export function onlyFrames(stack: string): string | undefined {
  const frames = stack
    .split('\n')
    .filter((line) => /^ +at .*[:)>]?\d*\)?$/.test(line) && /:\d+:\d+|<anonymous>|native/.test(line));
  return frames.length > 0 ? frames.join('\n') : undefined;
}
