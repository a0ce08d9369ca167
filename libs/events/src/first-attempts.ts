import type { Custody, NewDelivery, NewEvent } from './event-store';

/** An event as its commit has left it. */
export interface CommittedEvent {
  event: NewEvent;
  deliveries: NewDelivery[];
}

/**
 * Who sends the first attempts, straight from the commit. The delivery engine is one; this lib only says what it needs
 * of it.
 */
export abstract class FirstAttempts {
  /** In whose hand the deliveries of a group are to be. Asked right before its commit. */
  abstract custody(accountIds: Iterable<string>): Custody;

  /** Resolves when the process can keep up with more, or the time is over. */
  abstract ready(withinMs: number): Promise<void>;

  /** A group is committed: what is not parked is to be sent now. */
  abstract take(leaseId: string, events: CommittedEvent[]): void;
}
