import type { FormatName } from '@app/formatting';
import type { AttemptTrigger } from '../attempt';
import type { EventContent } from './event-content';

/**
 * What PostgreSQL knows of deliveries in hand: one row for the group that was taken together. It is deleted with the
 * record of the last of them; if its dispatcher dies before, another one takes the rest over.
 */
export interface Lease {
  readonly id: string;
  /** Deliveries of it that are still in hand, by what PostgreSQL knows. */
  open: number;
}

/** A delivery that this dispatcher is about to attempt, or attempting. Nobody else touches it meanwhile. */
export interface InHand {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string;
  readonly format: FormatName;
  readonly event: EventContent;
  readonly trigger: AttemptTrigger;
  /** Of this attempt, from 1: `X-Webhook-Attempt`. */
  readonly number: number;
  /** Of this attempt in its run of the retry policy, from 1. Manual attempts don't count. */
  readonly position: number;
  readonly lease: Lease;
}

/** Leases that end with these deliveries, to be closed in the same transaction: nothing else of them is in hand. */
export function endingWith(deliveries: readonly InHand[]): Lease[] {
  const going = new Map<Lease, number>();
  for (const { lease } of deliveries) going.set(lease, (going.get(lease) ?? 0) + 1);
  return [...going].filter(([lease, count]) => lease.open === count).map(([lease]) => lease);
}

/**
 * Lets go of deliveries once that is committed, and not before: were a lease closed by another group meanwhile, a
 * process that dies right then would leave what is not committed yet without any.
 * @returns leases that have ended by it; those of several groups at the same time were closed by none of them.
 */
export function letGo(deliveries: readonly InHand[]): Lease[] {
  for (const { lease } of deliveries) lease.open -= 1;
  return [...new Set(deliveries.map(({ lease }) => lease))].filter(({ open }) => open === 0);
}
