import { countDeliveries, countMissed, makeMissed, requeueDeliveries } from './replay-query';
import type { ReplaySelection } from './replay.entity';

/** What a replay is at: counting what there is to send again, then putting it in line. */
export const REPLAY_PHASES = ['count-deliveries', 'count-missed', 'deliveries', 'missed'] as const;
export type ReplayPhase = (typeof REPLAY_PHASES)[number];

/** What one step of a phase does, and how many rows it looks at: a few tenths of a second's worth. */
export const STEPS = {
  'count-deliveries': { query: countDeliveries, size: 10_000 },
  'count-missed': { query: countMissed, size: 10_000 },
  deliveries: { query: requeueDeliveries, size: 500 },
  missed: { query: makeMissed, size: 1_000 },
} as const satisfies Record<ReplayPhase, { query: typeof countDeliveries; size: number }>;

const ORDER: Record<ReplaySelection, readonly ReplayPhase[]> = {
  failed: ['count-deliveries', 'deliveries'],
  missed: ['count-missed', 'missed'],
  all: ['count-deliveries', 'count-missed', 'deliveries', 'missed'],
};

export function firstPhase(which: ReplaySelection): ReplayPhase {
  return ORDER[which][0];
}

/** @returns null after the last one. */
export function nextPhase(which: ReplaySelection, phase: ReplayPhase): ReplayPhase | null {
  return ORDER[which][ORDER[which].indexOf(phase) + 1] ?? null;
}

export function isCounting(phase: ReplayPhase): boolean {
  return phase.startsWith('count-');
}
