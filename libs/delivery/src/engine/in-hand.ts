import type { PayloadFormat } from '@app/formatting';
import type { AttemptTrigger } from '../attempt';
import type { EventContent } from './event-content';

/**
 * What PostgreSQL knows of deliveries in hand: one row for the group that was taken together. It is deleted with the
 * record of the last of them; if its dispatcher dies before, another one takes the rest over.
 */
export interface Lease {
  readonly id: string;
  /** Deliveries of it that are still in hand. */
  open: number;
}

/** A delivery that this dispatcher is about to attempt, or attempting. Nobody else touches it meanwhile. */
export interface InHand {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string;
  readonly format: PayloadFormat;
  readonly event: EventContent;
  readonly trigger: AttemptTrigger;
  /** Of this attempt, from 1: `X-Webhook-Attempt`. */
  readonly number: number;
  /** Of this attempt in its run of the retry policy, from 1. Manual attempts don't count. */
  readonly position: number;
  readonly lease: Lease;
}

/** Lets go of a delivery. @returns the lease when this was its last one, to be closed in the same transaction. */
export function letGo(delivery: InHand): Lease | null {
  delivery.lease.open -= 1;
  return delivery.lease.open === 0 ? delivery.lease : null;
}
