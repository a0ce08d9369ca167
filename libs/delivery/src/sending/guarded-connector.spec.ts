import { spawn } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { AddressPolicy } from '@app/webhooks';
import { GuardedConnector } from './guarded-connector';
import type { Stage } from './http-connection';
import { type LookupEvents, NameLookupError, type NameResolver } from './resolver';

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });
const LOOPBACK = ['127.0.0.0/8'];

describe('the guarded connector', () => {
  let server: Server;
  let connections = 0;
  let port: number;

  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).end('reached');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => (connections = 0));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** A resolver that reports what the test says, when it says it. */
  const resolving = (report: (events: LookupEvents) => void) => {
    const abandoned = jest.fn();
    const lookup = (_: string, events: LookupEvents) => {
      process.nextTick(() => report(events));
      return abandoned;
    };
    return { resolver: { lookup } as unknown as NameResolver, abandoned };
  };
  const leadingTo = (addresses: LookupAddress[] | NameLookupError) =>
    resolving((events) => {
      if (addresses instanceof Error) return events.onDone(addresses);
      if (addresses.length > 0) events.onAddresses(addresses);
      events.onDone(null);
    });

  /** Opens a connection; resolves with the address that was reached. */
  function open(hostname: string, resolver: NameResolver, allowed: string[] = [], stages: Stage[] = []) {
    const opener = new GuardedConnector(new AddressPolicy(allowed), resolver).opener({ isTls: false, hostname, port });
    let abandon!: () => void;
    const opened = new Promise<string>((resolve, reject) => {
      abandon = opener({
        onStage: (stage) => stages.push(stage),
        onOpen: (socket: Socket) => {
          resolve(socket.remoteAddress!);
          socket.destroy();
        },
        onError: reject,
      });
    });
    return { opened, abandon };
  } // prettier-ignore

  it.each<[string, string, LookupAddress[]]>([
    ['a literal loopback address', '127.0.0.1', []],
    ['a literal private address', '10.0.0.1', []],
    ['a name that leads to loopback', 'rebound.example', [v4('127.0.0.1')]],
    ['a name that leads to a private address', 'rebound.example', [v4('10.1.2.3')]],
    ['a name with the metadata address', 'rebound.example', [v4('169.254.169.254')]],
    [
      'a name with private addresses only',
      'rebound.example',
      [v4('10.1.2.3'), v6('fd00::1'), v4('127.0.0.1')],
    ],
    ['a name with an IPv4-mapped address', 'mapped.example', [v6('::ffff:127.0.0.1')]],
    ['a name with a NAT64 address of a private one', 'nat.example', [v6('64:ff9b::7f00:1')]],
    ['a name with IPv6 loopback', 'six.example', [v6('::1')]],
  ])('connects to nothing by %s', async (_, host, addresses) => {
    const { opened } = open(host, leadingTo(addresses).resolver);
    await expect(opened).rejects.toMatchObject({ code: 'BLOCKED_ADDRESS' });
    expect(connections).toBe(0);
  });

  it('connects to a private address that is allowed, by name and literally', async () => {
    expect(await open('inside.example', leadingTo([v4('127.0.0.1')]).resolver, LOOPBACK).opened).toBe('127.0.0.1');
    expect(await open('127.0.0.1', leadingTo([]).resolver, LOOPBACK).opened).toBe('127.0.0.1');
  }); // prettier-ignore

  it('skips the blocked addresses of a name, and connects to one that may be connected to', async () => {
    const addresses = [v4('10.1.2.3'), v6('::1'), v4('169.254.169.254'), v4('127.0.0.1')];
    expect(await open('mixed.example', leadingTo(addresses).resolver, LOOPBACK).opened).toBe('127.0.0.1');
    expect(connections).toBe(1);
  });

  it('tries the next address of a name at once when one refuses', async () => {
    const start = performance.now();
    const { opened } = open('two.example', leadingTo([v4('127.0.0.2'), v4('127.0.0.3'), v4('127.0.0.1')]).resolver, LOOPBACK);
    expect(await opened).toBe('127.0.0.1');
    expect(performance.now() - start).toBeLessThan(240);
  }); // prettier-ignore

  it('fails with the reason of the first address when all refuse', async () => {
    const { opened } = open('two.example', leadingTo([v4('127.0.0.2'), v4('127.0.0.3')]).resolver, LOOPBACK);
    await expect(opened).rejects.toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.2' });
  });

  it('tries the next address beside one that keeps silent', async () => {
    // A queue of one connection that nobody accepts: the kernel leaves further ones without an answer.
    const silent = await silentServer('127.0.0.9', port);
    try {
      const { opened } = open(
        'slow.example',
        leadingTo([v4('127.0.0.9'), v4('127.0.0.1')]).resolver,
        LOOPBACK,
      );
      expect(await opened).toBe('127.0.0.1');
    } finally {
      await silent();
    }
  });

  it('connects to addresses that arrive later when the first ones fail or are blocked', async () => {
    const { resolver, abandoned } = resolving((events) => {
      events.onAddresses([v4('127.0.0.2'), v4('10.0.0.1')]);
      setTimeout(() => events.onAddresses([v4('127.0.0.1')]), 50);
    });
    expect(await open('late.example', resolver, LOOPBACK).opened).toBe('127.0.0.1');
    // The lookup is not needed any more.
    expect(abandoned).toHaveBeenCalled();
  });

  it('reports how far it has come', async () => {
    const stages: Stage[] = [];
    await open('name.example', leadingTo([v4('127.0.0.1')]).resolver, LOOPBACK, stages).opened;
    expect(stages).toEqual(['CONNECT', 'RESPONSE']);
  });

  it('says why a name could not be looked up', async () => {
    const error = new NameLookupError('ENOTFOUND', 'nowhere.example');
    await expect(open('nowhere.example', leadingTo(error).resolver).opened).rejects.toBe(error);
  });

  it('reports nothing after it was given up', async () => {
    const { resolver, abandoned } = resolving((events) => {
      events.onAddresses([v4('127.0.0.1')]);
      events.onDone(null);
    });
    const { opened, abandon } = open('name.example', resolver, LOOPBACK);
    abandon();
    const ended = await Promise.race([
      opened.then(() => 'opened', () => 'failed'),
      new Promise((resolve) => setTimeout(resolve, 100, 'silent')),
    ]); // prettier-ignore
    expect(ended).toBe('silent');
    expect(abandoned).toHaveBeenCalled();
  });
});

/** Listens without accepting, with its queue full. @returns a function that ends it. */
async function silentServer(host: string, port: number): Promise<() => Promise<void>> {
  const script = `
import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("${host}", ${port})); s.listen(0)
held = []
for i in range(8):
    c = socket.socket(); c.setblocking(False); c.connect_ex(("${host}", ${port})); held.append(c)
time.sleep(0.2); print("full", flush=True); sys.stdin.read()`;
  const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return () => {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin.end();
    return ended;
  };
}
