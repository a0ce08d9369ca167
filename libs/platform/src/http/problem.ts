/** One thing that is wrong with an input, by the path of the field. */
export interface FieldError {
  path: string;
  message: string;
}

/** Every kind of problem that callers can meet: its HTTP status and title. The code is stable; see docs/errors.md. */
export const PROBLEMS = {
  validation_failed: [400, 'The input is not valid'],
  malformed_json: [400, 'The body is not valid JSON'],
  unauthorized: [401, 'Authentication is missing or not valid'],
  forbidden: [403, 'Not allowed'],
  insufficient_scope: [403, 'The API key lacks a scope'],
  account_suspended: [403, 'The account is suspended'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'This method is not allowed here'],
  request_timeout: [408, 'The request took too long to arrive'],
  conflict: [409, 'This is not possible in the present state'],
  limit_reached: [409, 'A limit of the account is reached'],
  expunged: [410, 'The payload has been expunged'],
  precondition_failed: [412, 'It was changed in the meantime'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type is not supported'],
  idempotency_key_reused: [422, 'The idempotency key was used with another body'],
  rate_limited: [429, 'Too many requests'],
  internal_error: [500, 'Something went wrong on our side'],
  dependency_unavailable: [503, 'A service that we need is away'],
  not_accepted: [503, 'The event was not accepted'],
  outcome_unknown: [503, 'Whether the event was stored is not known'],
  overloaded: [503, 'Too busy to accept more at the moment'],
  loop_detected: [508, 'The request was sent by this service itself'],
} as const satisfies Record<string, readonly [number, string]>;

/** A response lists at most this many errors; `detail` tells how many there are. */
export const MAX_ERRORS = 20;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error that a caller may see, as problem+json (RFC 9457). Whatever else is thrown becomes a bare 500. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extra: { errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.name = 'Problem';
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  /** The body of the answer. */
  toJSON(): Record<string, unknown> {
    const [status, title] = PROBLEMS[this.code];
    return {
      type: `urn:skipcalls:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.detail,
      ...(this.extra.errors ? { errors: this.extra.errors.slice(0, MAX_ERRORS) } : {}),
    };
  }

  static notFound(what: string): Problem {
    return new Problem('not_found', `There is no such ${what}.`);
  }

  static invalid(errors: FieldError[]): Problem {
    const [first, ...rest] = errors;
    const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
    return new Problem(
      'validation_failed',
      first ? `${first.path || 'The body'}: ${first.message}${more}` : 'The input is not valid.',
      {
        errors,
      },
    );
  }
}
