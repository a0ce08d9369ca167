import type { Bind } from '@app/platform';

/** The events that a search has found. */
export interface EventMatch {
  /** Bare UUIDs: all of them, unless `numberHashes` says otherwise. */
  eventIds: string[];
  /** Set if too many events to be listed have a phone number: then those in the phone index match as well. */
  numberHashes: string[] | null;
}

/** @param event the column with an event's id, qualified by its table. */
export function matchSql({ eventIds, numberHashes }: EventMatch, event: string, bind: Bind): string {
  const listed = `${event} = any (${bind(eventIds)}::uuid[])`;
  if (numberHashes === null) return listed;
  return `(${listed} or exists (
    select from event_phones where event_phones.event_id = ${event} and number_hash = any (${bind(numberHashes)}::bigint[])))`;
}
