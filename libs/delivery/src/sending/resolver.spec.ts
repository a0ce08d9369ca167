import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NameLookupError, NameResolver } from './resolver';

const A = 1;
const AAAA = 28;

interface Zone {
  v4?: string[];
  v6?: number[][];
  /** Milliseconds until the answer; null: none at all. */
  v4After?: number | null;
  v6After?: number | null;
  /** A response code in place of an answer. */
  code?: number;
  ttl?: number;
  /** So many questions are dropped first. */
  dropped?: number;
}

/** A name server whose answers take as long as a test says. */
class SlowNameServer {
  readonly questions: string[] = [];
  private readonly zones = new Map<string, Zone>();

  private constructor(private readonly socket: Socket) {
    socket.on('message', (message, from) => this.received(message, from));
  }

  static async start(): Promise<SlowNameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new SlowNameServer(socket);
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  point(name: string, zone: Zone): this {
    this.zones.set(name, { ...zone });
    return this;
  }

  asked(name: string): number {
    return this.questions.filter((one) => one === `${name} ${A}`).length;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  private received(message: Buffer, from: RemoteInfo): void {
    let end = 12;
    const labels: string[] = [];
    for (let length = message[end]; length > 0; length = message[end]) {
      labels.push(message.toString('latin1', end + 1, end + 1 + length));
      end += 1 + length;
    }
    const type = message.readUInt16BE(end + 1);
    const name = labels.join('.');
    this.questions.push(`${name} ${type}`);
    const zone = this.zones.get(name) ?? { code: 3 };
    if ((zone.dropped ?? 0) > 0) {
      zone.dropped! -= 1;
      return;
    }
    const after = (type === AAAA ? zone.v6After : zone.v4After) ?? (type === AAAA ? zone.v6After : zone.v4After);
    if (after === null) return;
    const data = type === A ? (zone.v4 ?? []).map((one) => one.split('.').map(Number)) : (zone.v6 ?? []);
    const header = Buffer.alloc(12);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (zone.code ?? 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(zone.code ? 0 : data.length, 6);
    const records = data.map((bytes) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, zone.ttl ?? 0, 0, bytes.length, ...bytes]));
    const answer = Buffer.concat([header, message.subarray(12, end + 5), ...(zone.code ? [] : records)]);
    setTimeout(() => {
      try {
        this.socket.send(answer, from.port, from.address);
      } catch {
        // The test is over.
      }
    }, after ?? 0);
  } // prettier-ignore
}

const V6 = [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]];
const V6_TEXT = '2001:db8:0:0:0:0:0:1';

describe('the name resolver', () => {
  let dns: SlowNameServer;

  beforeEach(async () => (dns = await SlowNameServer.start()));
  afterEach(() => dns.stop());

  interface Heard {
    /** What came first, and after how long. */
    first: string[];
    firstMs: number;
    all: string[];
    error: NameLookupError | null;
  }

  /** Looks a name up to the end, or until the first addresses. */
  function lookup(resolver: NameResolver, name: string, untilFirst = false): Promise<Heard> {
    const start = performance.now();
    const heard: Heard = { first: [], firstMs: 0, all: [], error: null };
    return new Promise((resolve) => {
      const abandon = resolver.lookup(name, {
        onAddresses: (addresses) => {
          if (heard.all.length === 0) {
            heard.first = addresses.map(({ address }) => address);
            heard.firstMs = performance.now() - start;
          }
          heard.all.push(...addresses.map(({ address }) => address));
          if (!untilFirst) return;
          abandon();
          resolve(heard);
        },
        onDone: (error) => resolve(Object.assign(heard, { error })),
      });
    });
  }

  it('finds both kinds of addresses, taking turns', async () => {
    dns.point('both.example.com', { v4: ['1.2.3.4', '1.2.3.5'], v6: V6 });
    const { first } = await lookup(new NameResolver([dns.address]), 'both.example.com');
    expect(first).toEqual(['1.2.3.4', V6_TEXT, '1.2.3.5']);
  });

  it.each<[string, Zone, string[]]>([
    ['IPv6 stays unanswered', { v4: ['1.2.3.4'], v6After: null }, ['1.2.3.4']],
    ['IPv4 stays unanswered', { v6: V6, v4After: null }, [V6_TEXT]],
  ])('goes on with the first kind after 50 ms when the question for %s', async (_, zone, addresses) => {
    dns.point('half.example.com', zone);
    const { first, firstMs } = await lookup(new NameResolver([dns.address]), 'half.example.com', true);
    expect(first).toEqual(addresses);
    expect(firstMs).toBeGreaterThanOrEqual(45);
    expect(firstMs).toBeLessThan(900); // before any question is repeated
  });

  it('reports the second kind when it arrives later', async () => {
    dns.point('late.example.com', { v4: ['1.2.3.4'], v6: V6, v6After: 200 });
    const heard = await lookup(new NameResolver([dns.address]), 'late.example.com');
    expect([heard.first, heard.all]).toEqual([['1.2.3.4'], ['1.2.3.4', V6_TEXT]]);
  });

  it('waits for a name that takes longer than any repetition of the question', async () => {
    dns.point('slow.example.com', { v4: ['1.2.3.4'], v4After: 2_700, v6After: 2_700 });
    const { all, firstMs } = await lookup(new NameResolver([dns.address]), 'slow.example.com');
    expect(all).toEqual(['1.2.3.4']);
    expect(firstMs).toBeLessThan(3_500);
  });

  it('asks again when a question gets lost', async () => {
    dns.point('lossy.example.com', { v4: ['1.2.3.4'], dropped: 2 });
    expect((await lookup(new NameResolver([dns.address]), 'lossy.example.com')).all).toEqual(['1.2.3.4']);
  });

  it('asks the next name server when one fails', async () => {
    const broken = await SlowNameServer.start();
    broken.point('name.example.com', { code: 2 });
    dns.point('name.example.com', { v4: ['1.2.3.4'] });
    const { all } = await lookup(new NameResolver([broken.address, dns.address]), 'name.example.com');
    await broken.stop();
    expect(all).toEqual(['1.2.3.4']);
  });

  it('asks the next name server when nothing listens at one', async () => {
    const gone = await SlowNameServer.start();
    const { address } = gone;
    await gone.stop();
    dns.point('name.example.com', { v4: ['1.2.3.4'] });
    const { all } = await lookup(new NameResolver([address, dns.address]), 'name.example.com');
    expect(all).toEqual(['1.2.3.4']);
  });

  it('asks a silent name server no more often because another one is gone', async () => {
    const gone = await SlowNameServer.start();
    const { address } = gone;
    await gone.stop();
    dns.point('name.example.com', { v4: ['1.2.3.4'], v4After: 400, v6After: 400 });
    expect((await lookup(new NameResolver([address, dns.address]), 'name.example.com')).all).toEqual([
      '1.2.3.4',
    ]);
    expect(dns.asked('name.example.com')).toBeLessThanOrEqual(2);
  });

  it.each<[string, string, Zone, string]>([
    ['a name that does not exist', 'gone.example.com', { code: 3 }, 'ENOTFOUND'],
    ['a name without addresses', 'empty.example.com', {}, 'ENOTFOUND'],
    ['name servers that fail', 'broken.example.com', { code: 2 }, 'ESERVFAIL'],
    ['name servers that refuse', 'refused.example.com', { code: 5 }, 'ESERVFAIL'],
    ['what is no name', `${'x'.repeat(64)}.example.com`, {}, 'EBADNAME'],
  ])('fails for %s', async (_, name, zone, code) => {
    dns.point(name, zone);
    expect((await lookup(new NameResolver([dns.address]), name)).error).toMatchObject({
      code,
      hostname: name,
    });
  });

  it('looks a name up once for everybody who asks at the same time', async () => {
    dns.point('shared.example.com', { v4: ['1.2.3.4'], v4After: 30 });
    const resolver = new NameResolver([dns.address]);
    const all = await Promise.all(Array.from({ length: 5 }, () => lookup(resolver, 'shared.example.com')));
    expect(all.map(({ all: found }) => found)).toEqual(Array(5).fill(['1.2.3.4']));
    expect(dns.asked('shared.example.com')).toBe(1);
  });

  it.each([
    [0, 2],
    [60, 1],
  ])('keeps addresses with a TTL of %d s so that two lookups ask %d times', async (ttl, times) => {
    dns.point('kept.example.com', { v4: ['1.2.3.4'], ttl });
    const resolver = new NameResolver([dns.address]);
    for (let i = 0; i < 2; i += 1)
      expect((await lookup(resolver, 'kept.example.com')).all).toEqual(['1.2.3.4']);
    expect(dns.asked('kept.example.com')).toBe(times);
  });

  it('is not held up by the lookups of names whose name servers keep silent', async () => {
    const resolver = new NameResolver([dns.address]);
    const abandons: (() => void)[] = [];
    for (let i = 0; i < 100; i += 1) {
      dns.point(`silent-${i}.example.com`, { v4After: null, v6After: null });
      abandons.push(resolver.lookup(`silent-${i}.example.com`, { onAddresses: fail, onDone: fail }));
    }
    await sleep(50);
    dns.point('fine.example.com', { v4: ['1.2.3.4'] });
    const { firstMs } = await lookup(resolver, 'fine.example.com');
    expect(firstMs).toBeLessThan(900);
    for (const abandon of abandons) abandon();
  });

  it('asks no more once nobody waits', async () => {
    dns.point('silent.example.com', { v4After: null, v6After: null });
    const abandon = new NameResolver([dns.address]).lookup('silent.example.com', { onAddresses: fail, onDone: fail });
    await sleep(50);
    abandon();
    await sleep(1_200);
    expect(dns.asked('silent.example.com')).toBe(1);
  }); // prettier-ignore

  it('ignores answers to other questions', async () => {
    // The server answers a question for another name: forged, or late.
    const forger = createSocket('udp4');
    await new Promise<void>((resolve) => forger.bind(0, '127.0.0.1', resolve));
    forger.on('message', (message, from) => {
      const forged = Buffer.from(message);
      forged.writeUInt16BE(0x8180, 2);
      forged[13] ^= 1;
      forger.send(forged, from.port, from.address);
      forger.send(Buffer.from([1, 2, 3]), from.port, from.address);
    });
    const servers = [`127.0.0.1:${forger.address().port}`, dns.address];
    dns.point('name.example.com', { v4: ['1.2.3.4'] });
    const { all } = await lookup(new NameResolver(servers), 'name.example.com');
    forger.close();
    expect(all).toEqual(['1.2.3.4']);
  });
});

function fail(): never {
  throw new Error('Nothing should have been reported.');
}
