/** How far an endpoint is trusted to respond soon. */
export type EndpointTrust =
  /** It has responded lately. */
  | 'responsive'
  /** Nothing is known of it yet, and this is its only attempt in flight: the one that will show. */
  | 'untried'
  /** Nothing is known of it yet. */
  | 'probing'
  /** An attempt timed out, and it has not responded since; or it keeps this process waiting now. */
  | 'unresponsive';

/** Attempts in flight at once, by trust. A socket, a body, and a few kilobytes each. */
const SLOTS: Record<EndpointTrust, number> = {
  responsive: 4_096,
  untried: 4_096,
  probing: 1_024,
  unresponsive: 1_024,
};

/**
 * Attempts to unresponsive endpoints begin this many at once, once in this many milliseconds. They time out together as
 * well: a few at a time share their commits, and a thousand at a time would be a wave that everything else waits for.
 */
const UNRESPONSIVE_AT_ONCE = 16;
export const UNRESPONSIVE_EVERY_MS = 125;

/**
 * The sending slots of a process. Each trust has its own, so that endpoints that hang use up theirs and never those of
 * the endpoints that respond, nor those by which an unknown endpoint shows that it responds.
 */
export class SendingSlots<User> {
  private readonly used: Record<EndpointTrust, number> = {
    responsive: 0,
    untried: 0,
    probing: 0,
    unresponsive: 0,
  };
  private readonly waiting: Record<EndpointTrust, Set<User>> = {
    responsive: new Set(),
    untried: new Set(),
    probing: new Set(),
    unresponsive: new Set(),
  };

  private window = 0;
  private startedInWindow = 0;

  constructor(
    private readonly sizes: Record<EndpointTrust, number> = SLOTS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get inUse(): number {
    const { responsive, untried, probing, unresponsive } = this.used;
    return responsive + untried + probing + unresponsive;
  }

  /** Takes a slot; when there is none, the user waits for `nextWaiting`. */
  take(trust: EndpointTrust, user: User): boolean {
    if (!this.hasFree(trust)) {
      this.waiting[trust].add(user);
      return false;
    }
    this.used[trust] += 1;
    if (trust === 'unresponsive') this.startedInWindow += 1;
    return true;
  }

  release(trust: EndpointTrust): void {
    this.used[trust] -= 1;
  }

  /** The user that has waited longest for a slot of this trust, if there is a free one; users take turns, a slot each. */
  nextWaiting(trust: EndpointTrust): User | null {
    const { value: next } = this.waiting[trust].values().next();
    if (next === undefined || !this.hasFree(trust)) return null;
    this.waiting[trust].delete(next);
    return next;
  }

  private hasFree(trust: EndpointTrust): boolean {
    if (trust === 'unresponsive' && !this.mayStartUnresponsive()) return false;
    return this.used[trust] < this.sizes[trust];
  }

  private mayStartUnresponsive(): boolean {
    const window = Math.floor(this.now() / UNRESPONSIVE_EVERY_MS);
    if (window !== this.window) {
      this.window = window;
      this.startedInWindow = 0;
    }
    return this.startedInWindow < UNRESPONSIVE_AT_ONCE;
  }
}
