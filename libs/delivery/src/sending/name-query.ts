import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { decodeAnswer, encodeQuestion, type Family, parseServer } from './dns-message';

/** When a question that is still open is asked again, the next name server first, in milliseconds after the one before. */
const ASK_AGAIN_MS = [1_000, 1_500, 2_500, 3_000];

/** Why a name has no addresses, by the codes of `node:dns`: it does not exist, its servers failed, it is no name at all. */
export type LookupFailure = 'ENOTFOUND' | 'ESERVFAIL' | 'EBADNAME';

/** What came of one family's question. `code` is null if the name has addresses. */
export interface FamilyAnswer {
  addresses: string[];
  ttlMs: number;
  code: LookupFailure | null;
}

/**
 * Asks name servers for both kinds of addresses of one name, over sockets of its own: nothing that one name's servers do
 * holds up the lookup of another. It has no time limit, which is why it is not c-ares: that gives up on a question
 * after 5 s, and forgets the answer to a question that it has repeated. It asks again until there is an answer or
 * `stop` is called.
 */
export class NameQuery {
  private readonly sockets = new Map<number, Socket>();
  private readonly open = new Map<Family, Buffer>();
  /** By family: the servers that have failed to answer its question. */
  private readonly failed = new Map<Family, Set<number>>();
  private next = 0;
  private asked = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param servers as `address[:port]`. */
  constructor(
    private readonly hostname: string,
    private readonly servers: readonly string[],
    private readonly answered: (family: Family, answer: FamilyAnswer) => void,
  ) {}

  start(): void {
    const families: Family[] = [4, 6];
    for (const family of families) {
      const question = encodeQuestion(randomInt(0x10000), this.hostname, family);
      if (question) this.open.set(family, question);
      else this.answered(family, { addresses: [], ttlMs: 0, code: 'EBADNAME' });
    }
    if (this.open.size > 0) this.ask();
  }

  stop(): void {
    this.open.clear();
    if (this.timer) clearTimeout(this.timer);
    for (const socket of this.sockets.values()) socket.close();
    this.sockets.clear();
  }

  private ask(): void {
    const server = this.nextServer();
    const socket = this.sockets.get(server) ?? this.connect(server);
    for (const question of this.open.values()) this.send(socket, server, question);
    const wait = ASK_AGAIN_MS[Math.min(this.asked++, ASK_AGAIN_MS.length - 1)];
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), wait);
  }

  private connect(server: number): Socket {
    const { address, port, family } = parseServer(this.servers[server]);
    const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
    this.sockets.set(server, socket);
    socket.on('message', (message) => this.received(message, server));
    socket.on('error', () => this.serverFailed(server));
    // Answers from anywhere else are dropped by the kernel.
    socket.connect(port, address);
    return socket;
  }

  private send(socket: Socket, server: number, question: Buffer): void {
    const failed = (error: Error | null): void => {
      // Nothing listens there, which is reported with the next packet: another server may answer.
      if (error) this.serverFailed(server);
    };
    const send = (): void => {
      if (this.open.size > 0) socket.send(question, failed);
    };
    try {
      socket.remoteAddress();
      send();
    } catch {
      socket.once('connect', send);
    }
  }

  private received(message: Buffer, server: number): void {
    for (const [family, question] of this.open) {
      const answer = decodeAnswer(message, question);
      if (!answer) continue;
      if (answer.status === 'TRUNCATED') return this.askByTcp(family);
      if (answer.status === 'FAILED') return this.familiesFailed([family], server);
      const code = answer.addresses.length > 0 ? null : 'ENOTFOUND';
      return this.close(family, { addresses: answer.addresses, ttlMs: answer.ttl * 1_000, code });
    }
  }

  private serverFailed(server: number): void {
    this.familiesFailed([...this.open.keys()], server);
  }

  /** Asks the next server at once; a question fails once every server has failed for it. */
  private familiesFailed(families: readonly Family[], server: number): void {
    let isNews = false;
    for (const family of families) {
      const failed = this.failed.get(family) ?? new Set();
      // It may be asked again by the clock, but its failure is no reason to ask anybody else twice.
      if (failed.has(server)) continue;
      this.failed.set(family, failed.add(server));
      if (failed.size < this.servers.length) isNews = true;
      else this.close(family, { addresses: [], ttlMs: 0, code: 'ESERVFAIL' });
    }
    if (isNews && this.open.size > 0) this.ask();
  }

  /** The servers take turns; those that have failed are passed over while there are others. */
  private nextServer(): number {
    const all = this.servers.length;
    for (let i = 0; i < all; i += 1) {
      const server = this.next++ % all;
      if (![...this.failed.values()].some((failed) => failed.has(server))) return server;
    }
    return this.next++ % all;
  }

  /** The answer is too long for a datagram. */
  private askByTcp(family: Family): void {
    const resolver = new Resolver({ timeout: 5_000, tries: 2 });
    resolver.setServers(this.servers);
    const done = (error: Error | null, records: { address: string; ttl: number }[]): void => {
      if (error) return this.close(family, { addresses: [], ttlMs: 0, code: 'ESERVFAIL' });
      const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1_000;
      this.close(family, { addresses: records.map(({ address }) => address), ttlMs, code: null });
    };
    if (family === 4) resolver.resolve4(this.hostname, { ttl: true }, done);
    else resolver.resolve6(this.hostname, { ttl: true }, done);
  }

  private close(family: Family, answer: FamilyAnswer): void {
    if (!this.open.delete(family)) return;
    if (this.open.size === 0) this.stop();
    this.answered(family, answer);
  }
}
