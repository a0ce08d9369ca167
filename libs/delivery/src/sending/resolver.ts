import { lookup as systemLookup, type LookupAddress, Resolver } from 'node:dns';
import { promisify } from 'node:util';

const lookupAll = promisify<string, { all: true; verbatim: boolean }, LookupAddress[]>(systemLookup);

/** How long a name server may take for one try, in milliseconds; there are two. */
const TRY_TIMEOUT_MS = 2_000;

/** A name has no address, or no name server told one in time. */
export class NameLookupError extends Error {
  constructor(
    readonly code: string,
    readonly hostname: string,
  ) {
    super(`The host name ${hostname} could not be looked up (${code}).`);
  }
}

/**
 * Looks names up without the thread pool that `dns.lookup` uses: a few customers' slow name servers would fill its
 * four threads and hold up everybody else's connections. Look-ups of one name at the same time are one; nothing is
 * kept, so that a changed address is seen by the next connection.
 */
export class NameResolver {
  private readonly resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: 2 });
  private readonly underWay = new Map<string, Promise<LookupAddress[]>>();

  /** @param servers name servers as `address[:port]`; the system's own when empty. */
  constructor(servers: readonly string[] = []) {
    if (servers.length > 0) this.resolver.setServers(servers);
  }

  /**
   * @returns every address of a name, IPv4 first.
   * @throws NameLookupError when it has none.
   */
  resolve(hostname: string): Promise<LookupAddress[]> {
    let lookup = this.underWay.get(hostname);
    if (!lookup) {
      lookup = this.query(hostname).finally(() => this.underWay.delete(hostname));
      this.underWay.set(hostname, lookup);
    }
    return lookup;
  }

  private async query(hostname: string): Promise<LookupAddress[]> {
    // A bare name stands in the hosts file or a search domain, which only the system knows.
    if (!hostname.replace(/\.$/, '').includes('.')) {
      return lookupAll(hostname, { all: true, verbatim: false }).catch((error: NodeJS.ErrnoException) => {
        throw new NameLookupError(error.code ?? 'ENOTFOUND', hostname);
      });
    }
    const [v4, v6] = await Promise.allSettled([this.addresses(hostname, 4), this.addresses(hostname, 6)]);
    const found = [v4, v6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (found.length > 0) return found;
    throw v4.status === 'rejected' ? v4.reason : new NameLookupError('ENOTFOUND', hostname);
  }

  private addresses(hostname: string, family: 4 | 6): Promise<LookupAddress[]> {
    return new Promise((resolve, reject) => {
      const done = (error: NodeJS.ErrnoException | null, addresses: string[]): void => {
        if (error) reject(new NameLookupError(error.code ?? 'ENOTFOUND', hostname));
        else resolve(addresses.map((address) => ({ address, family })));
      };
      if (family === 4) this.resolver.resolve4(hostname, done);
      else this.resolver.resolve6(hostname, done);
    });
  }
}
