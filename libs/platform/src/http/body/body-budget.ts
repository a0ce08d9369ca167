import { Problem } from '../problem';

/** Bytes of unfinished bodies that this process holds at most, for all callers together. */
const PROCESS_BYTES = 128 * 1024 * 1024;

/** Bytes of unfinished bodies that one credential may have in this process. */
export const CUSTOMER_BODY_BYTES = 8 * 1024 * 1024;
export const PUBLISHER_BODY_BYTES = 96 * 1024 * 1024;

/** Counts the bytes of bodies that are being received, so that slow senders cannot fill the memory. */
export class BodyBudget {
  private total = 0;
  private readonly byHolder = new Map<string, number>();

  constructor(private readonly processBytes = PROCESS_BYTES) {}

  /** Bytes held at present. */
  get held(): number {
    return this.total;
  }

  /**
   * Starts the account of one body.
   * @param holder whose body it is: the id of a key or session, or an address.
   */
  open(holder: string, holderBytes: number): HeldBody {
    let held = 0;
    return {
      add: (bytes) => {
        const ofHolder = (this.byHolder.get(holder) ?? 0) + bytes;
        if (ofHolder > holderBytes)
          throw new Problem('rate_limited', 'Too many unfinished request bodies with these credentials.', {
            headers: { 'Retry-After': '1' },
          });
        if (this.total + bytes > this.processBytes)
          throw new Problem('overloaded', 'Too many unfinished request bodies at the moment.', {
            headers: { 'Retry-After': '1' },
          });
        held += bytes;
        this.total += bytes;
        this.byHolder.set(holder, ofHolder);
      },
      close: () => {
        const left = (this.byHolder.get(holder) ?? 0) - held;
        if (left > 0) this.byHolder.set(holder, left);
        else this.byHolder.delete(holder);
        this.total -= held;
        held = 0;
      },
    };
  }
}

export interface HeldBody {
  /** @throws Problem rate_limited, overloaded */
  add(bytes: number): void;
  close(): void;
}
