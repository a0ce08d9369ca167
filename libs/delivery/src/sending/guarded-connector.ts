import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { AddressPolicy } from '@app/webhooks';
import { buildConnector } from 'undici';
import type { NameResolver } from './resolver';

/** A connection was refused because of where it would have led. */
export class BlockedAddressError extends Error {
  readonly code = 'BLOCKED_ADDRESS';

  constructor(address: string) {
    super(`The address ${address} is private or otherwise not public.`);
  }
}

/**
 * Connects to public addresses only. The rule is applied to the very addresses that the socket is given, not to an
 * earlier look-up, so a name that changes its address in between (DNS rebinding) gains nothing; and once more to the
 * address that the socket says it is connected to.
 */
export function guardedConnector(
  policy: AddressPolicy,
  resolver: NameResolver,
  timeoutMs: number,
): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolver.resolve(hostname).then(
      (addresses) => {
        // One bad address spoils the name: no honest host has both kinds.
        const blocked = addresses.find(({ address }) => !policy.isPublic(address));
        if (blocked) callback(new BlockedAddressError(blocked.address), '', 0);
        else if (options.all) callback(null, addresses);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup,
    autoSelectFamily: true,
    maxCachedSessions: 1_000,
  });

  return (options, callback) => {
    // A literal address is connected to without any look-up.
    if (isIP(options.hostname) && !policy.isPublic(options.hostname)) {
      callback(new BlockedAddressError(options.hostname), null);
      return;
    }
    connect(options, (error, socket) => {
      const address = socket && addressOf(socket);
      if (address && !policy.isPublic(address)) {
        socket.destroy();
        callback(new BlockedAddressError(address), null);
      } else if (error) callback(error, null);
      else callback(null, socket);
    });
  };
}

function addressOf(socket: Socket): string | null {
  return socket.remoteAddress ?? null;
}
