import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

const A = 1;
const AAAA = 28;

/** A name server of a test's own, which changes its mind when it is told to. */
export class DnsServer {
  /** Questions that came, as `name type`. */
  readonly questions: string[] = [];
  private readonly records = new Map<string, string[]>();
  private silent = false;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (message, from) => this.answer(message, from));
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new DnsServer(socket);
  }

  /** For the configuration: DNS_SERVERS. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  /** What a name leads to from now on, addresses of both kinds; without any it doesn't exist. */
  point(name: string, ...addresses: string[]): this {
    this.records.set(name.toLowerCase(), addresses);
    return this;
  }

  /** Answers nothing any more. */
  fallSilent(silent = true): this {
    this.silent = silent;
    return this;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  private answer(query: Buffer, from: RemoteInfo): void {
    const labels: string[] = [];
    let offset = 12;
    for (let length = query[offset]; length > 0; length = query[offset]) {
      labels.push(query.toString('ascii', offset + 1, offset + 1 + length));
      offset += 1 + length;
    }
    const type = query.readUInt16BE(offset + 1);
    const question = query.subarray(12, offset + 5);
    const name = labels.join('.').toLowerCase();
    this.questions.push(`${name} ${type === A ? 'A' : type === AAAA ? 'AAAA' : type}`);
    if (this.silent) return;
    const known = this.records.get(name) ?? [];
    const records = known.filter((address) => (isIPv4(address) ? A : AAAA) === type).map(record);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(known.length > 0 ? 0x8180 : 0x8183, 2); // an answer; NXDOMAIN when there is nothing at all
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    this.socket.send(Buffer.concat([header, question, ...records]), from.port, from.address);
  }
}

/** A resource record for the name of the question, to be forgotten at once. */
function record(address: string): Buffer {
  const data = Buffer.from(ipaddr.parse(address).toByteArray());
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(isIPv4(address) ? A : AAAA, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
