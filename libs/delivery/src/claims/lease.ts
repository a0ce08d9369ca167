/**
 * Deliveries that were claimed together: one row of `delivery_leases`, which says which dispatcher has them. It counts
 * what this process still has of them, and nothing else does.
 */
export class Lease {
  private open = 0;
  private isAbandoned = false;

  /** @param id a UUID; also what fences the records of its deliveries (`deliveries.claim_id`). */
  constructor(readonly id: string) {}

  /** Whether this process has nothing of it. */
  get hasEnded(): boolean {
    return this.open === 0;
  }

  /** Whether its row may be deleted: everything that was claimed by it is settled or put back in PostgreSQL. */
  get isSettled(): boolean {
    return this.hasEnded && !this.isAbandoned;
  }

  add(): void {
    this.open += 1;
  }

  remove(): void {
    this.open -= 1;
  }

  /** PostgreSQL could not be given the outcome of one of its deliveries: the row stays, and is taken over. */
  abandon(): void {
    this.isAbandoned = true;
  }
}
