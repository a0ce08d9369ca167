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

/** Puts hours together into steps that begin where `stepOf` changes, such as each day or each quarter of a day. */
export function groupHours<T extends { hour: string }>(hours: T[], stepOf: (hour: Date) => string): T[][] {
  const groups: T[][] = [];
  let current: string | null = null;
  for (const each of hours) {
    const step = stepOf(new Date(each.hour));
    if (step !== current) groups.push([]);
    current = step;
    groups.at(-1)!.push(each);
  }
  return groups;
}

/**
 * A percentile over several hours, as the mean of theirs weighted by their attempts: percentiles cannot be added up
 * exactly, and a chart needs no more.
 */
export function meanOf(
  hours: Pick<AttemptCounts, 'attempts' | 'responseMs'>[],
  name: 'p50' | 'p95' | 'p99',
): number | null {
  const answered = hours.filter(({ responseMs }) => responseMs[name] !== null);
  const weight = answered.reduce((sum, { attempts }) => sum + attempts, 0);
  if (weight === 0) return null;
  return answered.reduce((sum, { attempts, responseMs }) => sum + attempts * responseMs[name]!, 0) / weight;
}

export function sumOutcomes(list: Pick<AttemptCounts, 'byOutcome'>[]): Outcomes {
  const sum: Record<string, number> = {};
  for (const { byOutcome } of list) {
    for (const [name, count] of Object.entries(byOutcome)) sum[name] = (sum[name] ?? 0) + count;
  }
  return outcomesOf({ byOutcome: sum });
}

/** Settled deliveries by their last outcome, in steps of `stepMs` up to `until`; what is older is left out. */
export function outcomesByStep(
  deliveries: { createdAt: string; lastOutcome: string | null; status: string }[],
  until: number,
  stepMs: number,
  count: number,
): { from: number; outcomes: Outcomes }[] {
  const end = Math.ceil(until / stepMs) * stepMs;
  const start = end - count * stepMs;
  const steps = Array.from({ length: count }, (): Record<string, number> => ({}));
  for (const { createdAt, lastOutcome, status } of deliveries) {
    const step = steps[Math.floor((Date.parse(createdAt) - start) / stepMs)];
    if (!step || !lastOutcome || status === 'PENDING') continue;
    step[lastOutcome] = (step[lastOutcome] ?? 0) + 1;
  }
  return steps.map((byOutcome, index) => ({
    from: start + index * stepMs,
    outcomes: outcomesOf({ byOutcome }),
  }));
}
