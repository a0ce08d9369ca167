import ipaddr from 'ipaddr.js';
import { isBadPort } from './bad-ports';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

export const MAX_URL_LENGTH = 2048;

/** All that is handed out for the public internet; any other IPv6 address is somebody's own or nobody's yet. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** Public by the registries, but a cloud's inside: Azure's host service answers there to every virtual machine. */
const CLOUD_INTERNAL = [ipaddr.parseCIDR('168.63.129.16/32')];
/** Documentation prefix of RFC 9637, newer than what ipaddr.js knows. */
const NEWER_RESERVED = [ipaddr.parseCIDR('3fff::/20')];
/** RFC 6052: a network's translator turns these into the IPv4 address in their last 32 bits. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');

/**
 * Names of private networks, with all names below them: multicast DNS, home and company networks (RFC 6762 with its
 * appendix G, RFC 8375, and what ICANN has reserved), and clusters. `test`, `example` and `invalid` are not among
 * them: they lead nowhere, and what a resolver makes of them is judged at every attempt.
 */
const PRIVATE_ZONES = [
  'local', 'localdomain', 'localnet', 'internal', 'home.arpa',
  'lan', 'home', 'corp', 'mail', 'intranet', 'intra', 'private',
  'svc', 'cluster', 'consul', 'docker',
]; // prettier-ignore
/** Names that are not looked up in DNS at all (RFC 7686, RFC 9476). */
const OTHER_NETWORKS = ['onion', 'alt'];
const LOOPBACK = ['127.0.0.1', '::1'];
const LOOPBACK_NETWORKS: Cidr[] = [ipaddr.parseCIDR('127.0.0.0/8'), ipaddr.parseCIDR('::1/128')];

const NOT_PUBLIC = 'must lead to a public address, not to a private, local or reserved one';

/** What people don't see in a URL, and could hide another host behind: controls, bidirectional marks, zero widths. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const AUTHORITY = /^[a-z][a-z0-9+.-]*:[\\/]*([^\\/?#]*)/i;

/** This service's own address, to which no webhook may lead: each delivery would cause requests of its own. */
export interface OwnAddress {
  /** The public URL; a function, since the port may be known only once the process listens. */
  url: () => string;
  /** Paths below this one are a receiver that this process offers itself (the inspector); null: there is none. */
  receiverPath: string | null;
}

/**
 * Where we send to: public addresses only, or an attacker could have us call our own insides (SSRF). The rule is
 * asked twice: when a URL is saved (`refusal`, without DNS), so that its owner learns at once; and, since a name can
 * lead elsewhere by then, of the address that is really connected to, at every attempt (`isPublic`).
 */
export class AddressPolicy {
  private readonly allowed: Cidr[];

  /**
   * @param allowedPrivateCidrs private networks that may be sent to anyway, e.g. `127.0.0.0/8`, `::1/128`.
   * @param own where this service is reached; needed only where URLs are saved.
   */
  constructor(
    allowedPrivateCidrs: readonly string[],
    private readonly own: OwnAddress | null = null,
  ) {
    this.allowed = allowedPrivateCidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  /**
   * Whether an address may be sent to: it is public, or allowed all the same.
   * Takes what a resolver or a socket gives; any looser spelling (`127.1`, `0x7f000001`) is refused, not guessed at.
   */
  isPublic(ip: string): boolean {
    const address = read(ip);
    if (address === null) return false;
    const target = withoutTranslation(address);
    return this.isAllowed(target) || this.isAllowed(address) || isGlobal(target);
  }

  /**
   * Why a URL may not be saved, in words for its owner; null if it may. Addresses are judged in every spelling that a
   * URL can hold: the parser brings octal, hexadecimal, shortened and full-width ones into one form.
   */
  refusal(url: string): string | null {
    if (url.length > MAX_URL_LENGTH)
      return `must be at most ${MAX_URL_LENGTH.toLocaleString('en')} characters`;
    if (INVISIBLE.test(url) || INVISIBLE.test(writtenAuthority(url)))
      return 'must not contain spaces, control characters or invisible characters';
    if (!URL.canParse(url)) return 'must be a valid URL, such as https://example.com/webhooks';
    const parsed = new URL(url);
    const { protocol, username, password, port } = parsed;
    if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
    if (username !== '' || password !== '')
      return 'must not contain a user name or password: use a custom header';
    if (isBadPort(port)) return `must not be on port ${port}, which belongs to another protocol`;
    return this.refusalOfHost(hostOf(parsed)) ?? this.refusalOfOwn(parsed);
  }

  private refusalOfOwn(url: URL): string | null {
    if (this.own === null) return null;
    const { receiverPath } = this.own;
    const own = new URL(this.own.url());
    const isSameHost = isLoopback(hostOf(own))
      ? // Other ports of a developer's machine are other programs.
        isLoopback(hostOf(url)) && portOf(url) === portOf(own)
      : hostOf(url) === hostOf(own);
    if (!isSameHost || (receiverPath !== null && url.pathname.startsWith(receiverPath))) return null;
    return 'must not lead to this service itself';
  }

  private refusalOfHost(host: string): string | null {
    if (host === '') return 'must name a host';
    if (ipaddr.isValid(host)) return this.isPublic(host) ? null : NOT_PUBLIC;
    if (isWithin(host, 'localhost')) return LOOPBACK.some((ip) => this.isPublic(ip)) ? null : NOT_PUBLIC;
    if (OTHER_NETWORKS.some((zone) => isWithin(host, zone))) return NOT_PUBLIC;
    const isPrivateName = !host.includes('.') || PRIVATE_ZONES.some((zone) => isWithin(host, zone));
    return isPrivateName && !this.allowsPrivateNames ? NOT_PUBLIC : null;
  }

  /** Where a private network is allowed, its names are too; what they lead to is judged at every attempt. */
  private get allowsPrivateNames(): boolean {
    return this.allowed.some(
      ([network]) => !LOOPBACK_NETWORKS.some((loopback) => matches(network, loopback)),
    );
  }

  private isAllowed(address: Address): boolean {
    return this.allowed.some((cidr) => matches(address, cidr));
  }
}

/** An address in its exact spelling, or null. */
function read(ip: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(ip)) return ipaddr.IPv4.parse(ip);
  return ip.includes(':') && ipaddr.IPv6.isValid(ip) ? ipaddr.IPv6.parse(ip) : null;
}

/** The IPv4 address that a mapped (`::ffff:…`) or NAT64 (`64:ff9b::…`) one ends up at; any other address as it is. */
function withoutTranslation(address: Address): Address {
  if (!isIPv6(address)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return matches(address, NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function isGlobal(address: Address): boolean {
  // `unicast` is what ipaddr.js finds in no special range; 6to4, Teredo and local-use NAT64 are among those ranges
  // as a whole, since they too can carry a private IPv4 address inside, and nobody's server needs them.
  if (address.range() !== 'unicast') return false;
  if (isIPv6(address) && !matches(address, GLOBAL_UNICAST)) return false;
  return ![...CLOUD_INTERNAL, ...NEWER_RESERVED].some((cidr) => matches(address, cidr));
}

function matches(address: Address, [network, bits]: Cidr): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6';
}

function isWithin(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`);
}

/** Without the brackets of IPv6, and without the dot at the end that a full name may have. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
}

function portOf({ protocol, port }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

function isLoopback(host: string): boolean {
  const address = read(host);
  if (address === null) return isWithin(host, 'localhost');
  return LOOPBACK_NETWORKS.some((network) => matches(withoutTranslation(address), network));
}

/** Host and port as written, percent-encoding undone: the parser drops what is invisible in them. */
function writtenAuthority(url: string): string {
  const authority = AUTHORITY.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(authority);
  } catch {
    return authority; // the parser refuses it too
  }
}
