import type { OpenAPIObject } from '@nestjs/swagger';
import { Problem, type ProblemCode, PROBLEMS } from '@app/platform';
import { type Route, routesOf } from './operations';

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'What went wrong (RFC 9457)',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Stable, one for each code' },
    title: { type: 'string', description: 'The same for every problem of this code' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    code: { type: 'string', enum: Object.keys(PROBLEMS), description: 'For programs' },
    detail: { type: 'string', description: 'What it is this time, for people' },
    instance: { type: 'string', description: 'The path that was asked for' },
    requestId: { type: 'string', description: 'As in X-Request-Id; tell it when you ask for help' },
    errors: {
      type: 'array',
      description: 'Each thing that is wrong with the input',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', example: 'events[0]' },
          message: { type: 'string', example: 'must be one of CALL_COMPLETED, CALL_FAILED' },
        },
      },
    },
  },
} as const;

const DETAILS: Partial<Record<ProblemCode, string>> = {
  unauthorized: 'The API key is not valid: unknown, expired or revoked.',
  forbidden: 'A change by a dashboard session needs the header X-Requested-With, sent by a page of our own.',
  insufficient_scope: 'This needs an API key with the scope MANAGE.',
  account_suspended: 'The account is suspended. Contact support to reactivate it.',
  limit_reached: 'An account may have 100 webhooks. Delete one that is no longer used.',
  loop_detected: 'This service sent the request itself. A webhook cannot call this API: change its URL.',
  malformed_json: 'The body is not valid JSON.',
  payload_too_large: 'The body is larger than 262144 bytes.',
  unsupported_media_type: 'Send the body as application/json.',
  rate_limited: 'Too many requests. Try again in 12 s.',
  dependency_unavailable: 'PostgreSQL is away. Nothing was stored; try again soon.',
  not_accepted: 'PostgreSQL is not available. The event was not stored; publish it again.',
  outcome_unknown:
    'PostgreSQL did not confirm the commit, so the event may have been stored. Publish it again with the same idempotency key.',
  overloaded: 'Too busy to accept more at the moment.',
  idempotency_key_reused: 'This idempotency key was used with another request. Take a new key for each one.',
  precondition_failed: 'The webhook was changed in the meantime: it has version "3" now.',
  conflict:
    'The webhook is paused, so nothing can be sent to it. Set its status to ACTIVE first, then replay.',
  expunged: 'The payload has been expunged: nothing is left to send.',
};

/** Tells with every operation how it can go wrong, as `application/problem+json`. */
export function addProblems(document: OpenAPIObject): void {
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: PROBLEM_SCHEMA as never };
  for (const route of routesOf(document)) {
    if (!/^\/(v1|internal)\//.test(route.path)) continue;
    const codes = codesOf(route);
    for (const status of new Set(codes.map(statusOf))) {
      const ofStatus = codes.filter((code) => statusOf(code) === status);
      route.operation.responses[status] = {
        description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('; '),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(
              ofStatus.map((code) => [code, { value: example(code, route.path) }]),
            ),
          },
        },
      };
    }
  }
}

/** What can be met on a route, by what it takes. */
function codesOf({ method, path, operation }: Route): ProblemCode[] {
  const isWrite = method !== 'get' && method !== 'delete';
  const takesInput =
    isWrite || Boolean(operation.parameters?.some((one) => 'in' in one && one.in === 'query'));
  const isOfCustomers = path.startsWith('/v1/');
  const isPublishing = path.startsWith('/internal/v1/events');
  const isSession = path === '/v1/session';
  const isConditional = operation.parameters?.some((one) => 'name' in one && one.name === 'If-Match');
  const scope = (operation as { 'x-required-scope'?: string })['x-required-scope'];
  const needsScope = scope !== undefined && scope !== 'ANY';
  const isLimited =
    (method === 'post' && /^\/v1\/(webhooks|api-keys)$/.test(path)) || (method === 'patch' && isConditional);
  const codes: (ProblemCode | false | undefined)[] = [
    takesInput && 'validation_failed',
    isWrite && 'malformed_json',
    (Boolean(operation.security?.length) || isSession) && 'unauthorized',
    // A cookie alone changes nothing: it has to come with a header that only our own pages can send.
    isOfCustomers && method !== 'get' && 'forbidden',
    needsScope && 'insufficient_scope',
    isOfCustomers && 'account_suspended',
    (path.includes('{') || isSession) && 'not_found',
    isOfCustomers && method === 'post' && 'conflict',
    isLimited && 'limit_reached',
    path.endsWith('/retry') && 'expunged',
    isConditional && 'precondition_failed',
    isWrite && 'payload_too_large',
    isWrite && 'unsupported_media_type',
    isOfCustomers && method === 'post' && 'idempotency_key_reused',
    isOfCustomers && 'rate_limited',
    !isPublishing && 'dependency_unavailable',
    isPublishing && 'not_accepted',
    isPublishing && 'outcome_unknown',
    'loop_detected',
  ];
  return codes.filter((code) => typeof code === 'string');
}

function statusOf(code: ProblemCode): number {
  return PROBLEMS[code][0];
}

/** What a path names last before an id: `/v1/webhooks/{id}/stats` is about a webhook. */
function thingOf(path: string): string {
  const [, plural] = /([\w-]+)\/\{/.exec(path) ?? [];
  const names: Record<string, string> = { deliveries: 'delivery', 'api-keys': 'API key' };
  return plural ? (names[plural] ?? plural.replace(/s$/, '')) : 'session';
}

function example(code: ProblemCode, path: string): Record<string, unknown> {
  const problem =
    code === 'validation_failed'
      ? Problem.invalid([{ path: 'events[0]', message: 'must be one of CALL_COMPLETED, CALL_FAILED' }])
      : code === 'not_found'
        ? Problem.notFound(thingOf(path))
        : new Problem(code, DETAILS[code] ?? PROBLEMS[code][1]);
  return { ...problem.toJSON(), requestId: '3f0c1a52-6d0e-4f57-8a55-6d1f1c7d3e90' };
}
