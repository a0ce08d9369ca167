import { lookup as systemLookup, getServers, type LookupAddress } from 'node:dns';
import type { Family } from './dns-message';
import { type FamilyAnswer, type LookupFailure, NameQuery } from './name-query';

/** Addresses of one kind are used once the other kind has not arrived this long after them (RFC 8305), in milliseconds. */
const RESOLUTION_DELAY_MS = 50;
/** Addresses are kept for as long as they may be, but never longer than this, in milliseconds. */
const KEEP_AT_MOST_MS = 60_000;
/** That a name has no address is kept for this long: shorter than the wait of the first retry. In milliseconds. */
const KEEP_NOT_FOUND_MS = 500;
const KEEP_NAMES = 10_000;

/** A name has no address, or its name servers could not say. */
export class NameLookupError extends Error {
  constructor(
    readonly code: LookupFailure,
    readonly hostname: string,
  ) {
    super(`The host name ${hostname} could not be looked up (${code}).`);
  }
}

/** Hears of one name's addresses. */
export interface LookupEvents {
  /** Once or twice: what is known so far, then what arrives later. */
  onAddresses(addresses: readonly LookupAddress[]): void;
  /** No more follow. @param error if there were none. */
  onDone(error: NameLookupError | null): void;
}

interface Kept {
  addresses: LookupAddress[];
  error: NameLookupError | null;
  until: number;
}

/**
 * Looks names up without the thread pool that `dns.lookup` uses, and without any queue that names share: a customer's
 * slow name servers hold up nobody else. Lookups of one name at the same time are one.
 */
export class NameResolver {
  private readonly underWay = new Map<string, Lookup>();
  private readonly kept = new Map<string, Kept>();

  /** @param servers name servers as `address[:port]`; the system's own when empty. */
  constructor(private readonly servers: readonly string[] = []) {}

  /** Always reports later, never during the call. @returns a function that gives up on it; nothing is reported then. */
  lookup(hostname: string, events: LookupEvents): () => void {
    const kept = this.kept.get(hostname);
    if (kept && kept.until > performance.now()) return reportKept(kept, events);
    let lookup = this.underWay.get(hostname);
    if (!lookup) {
      lookup = new Lookup(hostname, (result) => this.ended(hostname, result));
      this.underWay.set(hostname, lookup);
      lookup.start(this.servers.length > 0 ? this.servers : getServers());
    }
    return lookup.add(events);
  }

  private ended(hostname: string, result: Kept | null): void {
    this.underWay.delete(hostname);
    this.kept.delete(hostname);
    if (!result || result.until <= performance.now()) return;
    this.kept.set(hostname, result);
    if (this.kept.size > KEEP_NAMES) this.kept.delete(this.kept.keys().next().value!);
  }
}

function reportKept(kept: Kept, events: LookupEvents): () => void {
  let isAbandoned = false;
  process.nextTick(() => {
    if (isAbandoned) return;
    if (kept.addresses.length > 0) events.onAddresses(kept.addresses);
    if (!isAbandoned) events.onDone(kept.error);
  });
  return () => (isAbandoned = true);
}

/** One lookup under way, for everybody who wants this name's addresses. */
class Lookup {
  private readonly listeners = new Set<LookupEvents>();
  private readonly answers = new Map<Family, FamilyAnswer>();
  /** What has been reported; null while the second kind is waited for. */
  private reported: LookupAddress[] | null = null;
  private query: NameQuery | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isOver = false;

  constructor(
    private readonly hostname: string,
    private readonly ended: (result: Kept | null) => void,
  ) {}

  start(servers: readonly string[]): void {
    // A bare name is in the hosts file or a search domain, which only the system knows.
    if (!this.hostname.replace(/\.$/, '').includes('.')) return this.askSystem();
    this.query = new NameQuery(this.hostname, servers, (family, answer) => this.answered(family, answer));
    process.nextTick(() => this.query?.start());
  }

  add(events: LookupEvents): () => void {
    this.listeners.add(events);
    const known = this.reported;
    // It comes late: what the others have heard already.
    if (known)
      process.nextTick(() => {
        if (this.listeners.has(events)) events.onAddresses(known);
      });
    return () => {
      this.listeners.delete(events);
      if (this.listeners.size === 0) this.end();
    };
  }

  private askSystem(): void {
    systemLookup(this.hostname, { all: true, order: 'ipv4first' }, (error, addresses) => {
      if (this.isOver) return;
      if (!error) this.report(addresses);
      const failure = error ? new NameLookupError('ENOTFOUND', this.hostname) : null;
      this.finish({ addresses: addresses ?? [], error: failure, until: 0 });
    });
  }

  private answered(family: Family, answer: FamilyAnswer): void {
    this.answers.set(family, answer);
    if (this.answers.size === 2) return this.complete();
    if (answer.addresses.length > 0)
      this.timer = setTimeout(() => this.report(this.addresses()), RESOLUTION_DELAY_MS);
  }

  private complete(): void {
    const addresses = this.addresses();
    const before = this.reported ?? [];
    const more = addresses.filter((one) => !before.some(({ address }) => address === one.address));
    if (more.length > 0) this.report(more);
    this.finish(this.result());
  }

  /** The kinds take turns, IPv4 first: it works from more networks. */
  private addresses(): LookupAddress[] {
    const [v4, v6] = ([4, 6] as const).map((family) => this.answers.get(family)?.addresses ?? []);
    const mixed: LookupAddress[] = [];
    for (let i = 0; i < Math.max(v4.length, v6.length); i += 1) {
      if (i < v4.length) mixed.push({ address: v4[i], family: 4 });
      if (i < v6.length) mixed.push({ address: v6[i], family: 6 });
    }
    return mixed;
  }

  private result(): Kept {
    const now = performance.now();
    const addresses = this.addresses();
    const answers = [...this.answers.values()];
    if (addresses.length > 0) {
      const ttls = answers.filter((one) => one.addresses.length > 0).map(({ ttlMs }) => ttlMs);
      return { addresses, error: null, until: now + Math.min(KEEP_AT_MOST_MS, ...ttls) };
    }
    // A server that failed for one kind may know of the other: "not found" takes both.
    const code = answers.find((one) => one.code !== 'ENOTFOUND')?.code ?? 'ENOTFOUND';
    const keepMs = code === 'ENOTFOUND' ? KEEP_NOT_FOUND_MS : 0;
    return { addresses, error: new NameLookupError(code, this.hostname), until: now + keepMs };
  }

  private report(addresses: LookupAddress[]): void {
    this.reported = [...(this.reported ?? []), ...addresses];
    for (const events of [...this.listeners]) events.onAddresses(addresses);
  }

  private finish(result: Kept): void {
    if (this.isOver) return;
    const listeners = [...this.listeners];
    this.listeners.clear();
    this.stop();
    this.ended(result);
    for (const events of listeners) events.onDone(result.error);
  }

  /** Nobody waits any more: what one kind has brought is kept, so that the next attempt need not wait for the other. */
  private end(): void {
    if (this.isOver) return;
    this.stop();
    this.ended(this.addresses().length > 0 ? this.result() : null);
  }

  private stop(): void {
    this.isOver = true;
    this.query?.stop();
    if (this.timer) clearTimeout(this.timer);
  }
}
