import type { ServerResponse } from 'node:http';
import { Problem } from '../problem';
import type { Allowance } from './rate-limiter';

/**
 * Tells a caller what is left (RateLimit headers of draft-ietf-httpapi-ratelimit-headers-07).
 * @throws Problem rate_limited when nothing is.
 */
export function enforce(allowance: Allowance | null, windowSeconds: number, response: ServerResponse): void {
  if (!allowance) return;
  response.setHeader('RateLimit-Policy', `${allowance.limit};w=${windowSeconds}`);
  response.setHeader('RateLimit-Limit', allowance.limit);
  response.setHeader('RateLimit-Remaining', allowance.remaining);
  response.setHeader('RateLimit-Reset', allowance.resetSeconds);
  if (allowance.allowed) return;
  throw new Problem(
    'rate_limited',
    `At most ${allowance.limit} requests in ${windowSeconds} s. Try again in ${allowance.resetSeconds} s.`,
    {
      headers: { 'Retry-After': String(allowance.resetSeconds) },
    },
  );
}
