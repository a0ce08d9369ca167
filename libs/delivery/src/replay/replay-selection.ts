/** What a replay sends again. */
export const REPLAY_SELECTIONS = [
  /** Deliveries that FAILED. */
  'failed',
  /** Events of the webhook's types for which it has no delivery, e.g. because it was paused. */
  'missed',
  /** Both, and also what was DELIVERED. */
  'all',
] as const;
export type ReplaySelection = (typeof REPLAY_SELECTIONS)[number];
