import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { AddressPolicy } from '@app/webhooks';
import { Pool } from 'undici';
import { guardedConnector } from './guarded-connector';
import { NameLookupError, type NameResolver } from './resolver';

const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

describe('the guarded connector', () => {
  let server: Server;
  let connections = 0;
  let port: number;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end('reached')).on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }); // prettier-ignore
  beforeEach(() => (connections = 0));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Posts to a host whose name leads to the given addresses. */
  async function post(host: string, addresses: LookupAddress[] | Error, allowed: string[] = []): Promise<string> {
    const resolver = {
      resolve: () => (addresses instanceof Error ? Promise.reject(addresses) : Promise.resolve(addresses)),
    } as unknown as NameResolver;
    const pool = new Pool(`http://${host}:${port}`, {
      connect: guardedConnector(new AddressPolicy(allowed), resolver, 2_000),
    });
    try {
      const { body } = await pool.request({ path: '/', method: 'POST', body: 'x' });
      return await body.text();
    } finally {
      await pool.destroy();
    }
  } // prettier-ignore

  it.each<[string, string, LookupAddress[]]>([
    ['a literal loopback address', '127.0.0.1', []],
    ['a literal private address', '10.0.0.1', []],
    ['a name that leads to loopback', 'rebound.example', [v4('127.0.0.1')]],
    ['a name that leads to a private address', 'rebound.example', [v4('10.1.2.3')]],
    ['a name with the metadata address', 'rebound.example', [v4('169.254.169.254')]],
    ['a name with a private address among public ones', 'mixed.example', [v4('93.184.215.14'), v4('127.0.0.1')]],
    ['a name with a private IPv6 address among public ones', 'mixed.example', [v4('93.184.215.14'), v6('fd00::1')]],
    ['a name with an IPv4-mapped address', 'mapped.example', [v6('::ffff:127.0.0.1')]],
    ['a name with a NAT64 address of a private one', 'nat.example', [v6('64:ff9b::7f00:1')]],
    ['a name with IPv6 loopback', 'six.example', [v6('::1')]],
  ])('connects to nothing by %s', async (_, host, addresses) => {
    await expect(post(host, addresses)).rejects.toMatchObject({ code: 'BLOCKED_ADDRESS' });
    expect(connections).toBe(0);
  }); // prettier-ignore

  it('connects to a private address that is allowed, by name and literally', async () => {
    expect(await post('inside.example', [v4('127.0.0.1')], ['127.0.0.0/8'])).toBe('reached');
    expect(await post('127.0.0.1', [], ['127.0.0.0/8'])).toBe('reached');
  });

  it('tries the next address of a name when one refuses', async () => {
    expect(await post('two.example', [v4('127.0.0.2'), v4('127.0.0.1')], ['127.0.0.0/8'])).toBe('reached');
  });

  it('tells why a name could not be looked up', async () => {
    const error = new NameLookupError('ENOTFOUND', 'nowhere.example');
    await expect(post('nowhere.example', error)).rejects.toBe(error);
  });
});
