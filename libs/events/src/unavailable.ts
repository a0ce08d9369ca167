import { Problem } from '@app/platform';

const AGAIN = { 'Retry-After': '1' };

/** The event was not stored, for sure: its publisher can publish it again without a key. */
export function notAccepted(why: string, cause?: unknown): Problem {
  return new Problem('not_accepted', `${why} The event was not stored; publish it again.`, {
    headers: AGAIN,
    cause,
  });
}

/** The event may have been stored, and may be delivered. */
export function outcomeUnknown(cause: unknown): Problem {
  return new Problem(
    'outcome_unknown',
    'PostgreSQL did not confirm the commit, so the event may have been stored. Publish it again with the same idempotency key.',
    { headers: AGAIN, cause },
  );
}
