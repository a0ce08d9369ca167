/** What takes slots: the queue of an endpoint. */
export interface HostUser {
  readonly accountId: string;
  readonly host: string;
}

/** Requests in flight to one host at once: from one account, and from all. Contract, section 1. */
export const PER_ACCOUNT_AND_HOST = 64;
export const PER_HOST = 512;

interface Host<User> {
  inFlight: number;
  byAccount: Map<string, number>;
  /** Users that wait, by account; the account that was served last comes last. */
  waiting: Map<string, Set<User>>;
}

/**
 * How many requests this process has in flight to each host. The limits are for all dispatchers together: each has its
 * share of them. Accounts take turns, and within an account its webhooks do.
 */
export class HostSlots<User extends HostUser> {
  private readonly hosts = new Map<string, Host<User>>();

  /** @param share this process's part of a limit for a host. */
  constructor(private readonly share: (host: string, limit: number) => number) {}

  /** Takes a slot; when there is none, the user waits for `nextWaiting`. */
  take(user: User): boolean {
    const host = this.getOrCreate(user.host);
    if (!this.hasFree(user.host, host, user.accountId)) {
      const ofAccount = host.waiting.get(user.accountId);
      if (ofAccount) ofAccount.add(user);
      else host.waiting.set(user.accountId, new Set([user]));
      return false;
    }
    host.inFlight += 1;
    host.byAccount.set(user.accountId, (host.byAccount.get(user.accountId) ?? 0) + 1);
    return true;
  }

  release({ host: name, accountId }: HostUser): void {
    const host = this.hosts.get(name)!;
    host.inFlight -= 1;
    const left = host.byAccount.get(accountId)! - 1;
    if (left > 0) host.byAccount.set(accountId, left);
    else host.byAccount.delete(accountId);
    if (host.inFlight === 0 && host.waiting.size === 0) this.hosts.delete(name);
  }

  /** The next user that may start a request to a host. */
  nextWaiting(name: string): User | null {
    const host = this.hosts.get(name);
    if (!host || host.waiting.size === 0) return null;
    for (const [accountId, users] of host.waiting) {
      if (!this.hasFree(name, host, accountId)) continue;
      const [user] = users;
      users.delete(user);
      // To the end of the line: the next slot is another account's.
      host.waiting.delete(accountId);
      if (users.size > 0) host.waiting.set(accountId, users);
      return user;
    }
    return null;
  }

  private hasFree(name: string, host: Host<User>, accountId: string): boolean {
    if (host.inFlight >= this.share(name, PER_HOST)) return false;
    return (host.byAccount.get(accountId) ?? 0) < this.share(name, PER_ACCOUNT_AND_HOST);
  }

  private getOrCreate(name: string): Host<User> {
    let host = this.hosts.get(name);
    if (!host) this.hosts.set(name, (host = { inFlight: 0, byAccount: new Map(), waiting: new Map() }));
    return host;
  }
}
