/** What can happen to a call. */
export const EVENT_TYPES = [
  'CALL_COMPLETED',
  'CALL_FAILED',
  'INCOMING_CALL_COMPLETED',
  'INCOMING_CALL_FAILED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The version of the payload's shape, as receivers see it. Bodies are rendered again at each attempt, so a change of
 * shape needs the version stored with the event, or a retry would differ from the attempt before it.
 */
export const API_VERSION = '2026-11-01';
