/** Wakes a dispatcher for attempts that people requested; the requests themselves are in PostgreSQL. */
export interface ManualJob {
  /** Rows of `manual_attempts`, as uuids. */
  ids: string[];
  /** The delivery of a test: its requester waits for its end, announced as `TEST_RECORDED`. */
  test?: string;
}

export const MANUAL_JOB = 'manual-attempts';

/** Topic of the change feed: the attempt of a test is recorded. */
export const TEST_RECORDED = 'test-recorded';
