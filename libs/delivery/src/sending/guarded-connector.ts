import { isIP, connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { LookupAddress } from 'node:dns';
import type { AddressPolicy, TlsIdentity } from '@app/webhooks';
import type { OpeningEvents, OpenSocket } from './http-connection';
import { NameLookupError, type NameResolver } from './resolver';
import { TlsSessions } from './tls-sessions';

/** While an address has not been connected to for this long, the next one is tried beside it (RFC 8305), in milliseconds. */
const NEXT_ADDRESS_AFTER_MS = 250;

/** A connection was refused because of where it would have led. */
export class BlockedAddressError extends Error {
  readonly code = 'BLOCKED_ADDRESS';

  constructor(readonly address: string) {
    super(`The address ${address} is private or otherwise not public.`);
  }
}

/** A TLS handshake failed; `code` is that of the cause. */
export class TlsHandshakeError extends Error {
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super('The TLS handshake failed.', { cause });
    this.code = cause.code ?? 'TLS_FAILED';
  }
}

/** Where a connection leads. */
export interface Origin {
  isTls: boolean;
  /** A name, or a literal address without brackets. */
  hostname: string;
  port: number;
  /** Certificates beyond the usual ones: of authorities that are trusted, or the client's own. */
  certificates?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
  /** Of the webhook: instead of these. */
  identity?: TlsIdentity;
}

/**
 * Connects to public addresses only. The rule is applied to the very addresses that are connected to, not to an
 * earlier lookup, so a name that changes its address in between (DNS rebinding) gains nothing. Nothing here has a time
 * limit of its own: the attempt that opens the connection has.
 */
export class GuardedConnector {
  private readonly sessions = new TlsSessions();

  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolver: NameResolver,
  ) {}

  opener(origin: Origin): OpenSocket {
    return (events) => {
      const opening = new Opening(origin, this.policy, this.resolver, this.sessions, events);
      opening.start();
      return () => opening.abandon();
    };
  }
}

/** One connection that is being opened. */
class Opening {
  private readonly sockets = new Set<Socket>();
  private untried: string[] = [];
  private readonly known = new Set<string>();
  private firstError: Error | null = null;
  private blocked: string | null = null;
  private isLookupDone = false;
  private isOver = false;
  private timer: NodeJS.Timeout | null = null;
  private abandonLookup: () => void = () => undefined;

  constructor(
    private readonly origin: Origin,
    private readonly policy: AddressPolicy,
    private readonly resolver: NameResolver,
    private readonly sessions: TlsSessions,
    private readonly events: OpeningEvents,
  ) {}

  start(): void {
    const { hostname } = this.origin;
    const family = isIP(hostname);
    if (family !== 0) {
      this.isLookupDone = true;
      // A caller that gets an error before it has what `opener` returns would have nothing to give up on.
      process.nextTick(() => this.add([{ address: hostname, family }]));
      return;
    }
    this.abandonLookup = this.resolver.lookup(hostname, {
      onAddresses: (addresses) => this.add(addresses),
      onDone: (error) => this.lookupEnded(error),
    });
  }

  abandon(): void {
    this.isOver = true;
    this.stop();
  }

  private add(addresses: readonly LookupAddress[]): void {
    if (this.isOver) return;
    for (const { address } of addresses) {
      if (this.known.has(address)) continue;
      this.known.add(address);
      if (this.policy.isPublic(address)) this.untried.push(address);
      else this.blocked ??= address;
    }
    if (this.sockets.size === 0) this.tryNext();
    else if (this.timer === null) this.tryNextLater();
  }

  private lookupEnded(error: Error | null): void {
    if (this.isOver) return;
    this.isLookupDone = true;
    if (error && this.known.size === 0) return this.fail(error);
    this.failIfNothingIsLeft();
  }

  private tryNext(): void {
    const address = this.untried.shift();
    if (address === undefined) return this.failIfNothingIsLeft();
    this.events.onStage('CONNECT');
    const socket = connect({ host: address, port: this.origin.port, noDelay: true, keepAlive: true });
    this.sockets.add(socket);
    socket.once('connect', () => this.connected(socket));
    socket.once('error', (error) => this.failed(socket, error));
    this.tryNextLater();
  }

  private tryNextLater(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.untried.length === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.tryNext();
    }, NEXT_ADDRESS_AFTER_MS);
  }

  private failed(socket: Socket, error: Error): void {
    this.sockets.delete(socket);
    if (this.isOver) return;
    this.firstError ??= error;
    if (this.untried.length > 0) this.tryNext();
    else this.failIfNothingIsLeft();
  }

  private failIfNothingIsLeft(): void {
    if (!this.isLookupDone || this.sockets.size > 0 || this.untried.length > 0) return;
    if (this.firstError) this.fail(this.firstError);
    else if (this.blocked !== null) this.fail(new BlockedAddressError(this.blocked));
    else this.fail(new NameLookupError('ENOTFOUND', this.origin.hostname));
  }

  private connected(socket: Socket): void {
    if (this.isOver) return;
    this.stop(socket);
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || !this.policy.isPublic(remoteAddress)) {
      socket.destroy();
      return this.fail(new BlockedAddressError(remoteAddress ?? 'unknown'));
    }
    this.events.onStage(this.origin.isTls ? 'TLS' : 'RESPONSE');
    if (this.origin.isTls) this.secure(socket);
    else this.open(socket);
  }

  private secure(socket: Socket): void {
    const { hostname } = this.origin;
    const { identity } = this.origin;
    // A session that was agreed on with one certificate would authenticate a connection with another.
    const key = `${hostname}:${this.origin.port} ${identity?.id ?? ''}`;
    const tls: TLSSocket = connectTls({
      ...(identity ? { cert: identity.cert, key: identity.key, ca: identity.ca } : this.origin.certificates),
      socket,
      servername: isIP(hostname) === 0 ? hostname : '',
      host: hostname,
      ALPNProtocols: ['http/1.1'],
      session: this.sessions.get(key),
    });
    // Its end is that of the socket below.
    this.sockets.add(tls);
    const failed = (error: Error): void => {
      this.sessions.forget(key);
      this.fail(new TlsHandshakeError(error));
    };
    tls.once('error', failed);
    tls.on('session', (session) => this.sessions.keep(key, session));
    tls.once('secureConnect', () => {
      tls.off('error', failed);
      this.open(tls);
    });
  }

  private open(socket: Socket): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.onOpen(socket);
  }

  private fail(error: Error): void {
    if (this.isOver) return;
    this.abandon();
    this.events.onError(error);
  }

  /** Ends the lookup and all sockets. @param except the socket that goes on. */
  private stop(except?: Socket): void {
    this.untried = [];
    this.abandonLookup();
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const socket of this.sockets) {
      if (socket === except) continue;
      socket.on('error', () => undefined);
      socket.destroy();
    }
    this.sockets.clear();
  }
}
