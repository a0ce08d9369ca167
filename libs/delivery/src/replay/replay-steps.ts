import type { ReplayPhase } from './replay-phase';
import { countDeliveries, countMissed, makeMissed, requeueDeliveries } from './replay-query';

/** What one step of a phase does, and how many rows it looks at: a few tenths of a second's worth. */
export const STEPS = {
  'count-deliveries': { query: countDeliveries, size: 10_000 },
  'count-missed': { query: countMissed, size: 10_000 },
  deliveries: { query: requeueDeliveries, size: 500 },
  missed: { query: makeMissed, size: 1_000 },
} as const satisfies Record<ReplayPhase, { query: typeof countDeliveries; size: number }>;
