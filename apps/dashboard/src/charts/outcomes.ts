import type { AttemptCounts } from '../api/types';

export interface Outcomes {
  delivered: number;
  /** Answered, but with another status than 200-299. */
  refused: number;
  timedOut: number;
  /** No connection: name, network, certificate, blocked address. */
  unreachable: number;
  failed: number;
}

/** The outcomes of attempts in as few groups as a customer can act upon. What was not sent at all is left out. */
export function outcomesOf({ byOutcome }: Pick<AttemptCounts, 'byOutcome'>): Outcomes {
  const count = (...names: string[]): number => names.reduce((sum, name) => sum + (byOutcome[name] ?? 0), 0);
  const refused = count('HTTP_ERROR', 'INVALID_RESPONSE');
  const timedOut = count('TIMEOUT');
  const unreachable = count('CONNECTION_FAILED', 'DNS_FAILED', 'TLS_FAILED', 'BLOCKED_ADDRESS');
  return {
    delivered: count('DELIVERED'),
    refused,
    timedOut,
    unreachable,
    failed: refused + timedOut + unreachable,
  };
}

/** Adds up hours into steps of `size` hours, the last step the one that is running. */
export function groupHours<T>(hours: T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let end = hours.length; end > 0; end -= size)
    groups.unshift(hours.slice(Math.max(0, end - size), end));
  return groups;
}

export function sumOutcomes(list: Pick<AttemptCounts, 'byOutcome'>[]): Outcomes {
  const sum: Record<string, number> = {};
  for (const { byOutcome } of list) {
    for (const [name, count] of Object.entries(byOutcome)) sum[name] = (sum[name] ?? 0) + count;
  }
  return outcomesOf({ byOutcome: sum });
}
