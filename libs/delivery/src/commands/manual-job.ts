/** Wakes a dispatcher for attempts that people asked for; the wishes themselves stand in PostgreSQL. */
export interface ManualJob {
  /** Rows of `manual_attempts`, as uuids. */
  ids: string[];
}

export const MANUAL_JOB = 'manual-attempts';
