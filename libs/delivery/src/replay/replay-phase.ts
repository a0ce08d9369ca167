import type { ReplaySelection } from './replay-selection';

/** What a replay is at: counting what there is to send again, then putting it in line. */
export const REPLAY_PHASES = ['count-deliveries', 'count-missed', 'deliveries', 'missed'] as const;
export type ReplayPhase = (typeof REPLAY_PHASES)[number];

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
