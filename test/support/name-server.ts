import { createSocket, type Socket } from 'node:dgram';

const TYPE_A = 1;
const HEADER_BYTES = 12;

/** A DNS server on loopback that tells of each name what it is told to tell: also something else each time. */
export class NameServer {
  private readonly answers = new Map<string, string[][]>();
  /** How often each name was asked for an IPv4 address. */
  readonly asked = new Map<string, number>();

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, from) => socket.send(this.answer(query), from.port, from.address));
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    return new NameServer(socket);
  }

  /** For the variable DNS_SERVERS. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  /** What a name leads to: the IPv4 addresses of the first answer, of the second, …; the last one is repeated. */
  tell(name: string, ...answers: string[][]): this {
    this.answers.set(name, answers);
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((done) => this.socket.close(done));
  }

  private answer(query: Buffer): Buffer {
    let end = HEADER_BYTES;
    const labels: string[] = [];
    for (let length = query[end]; length > 0; length = query[end]!) {
      labels.push(query.toString('latin1', end + 1, end + 1 + length));
      end += 1 + length;
    }
    const question = query.subarray(HEADER_BYTES, end + 5);
    const addresses = query.readUInt16BE(end + 1) === TYPE_A ? this.next(labels.join('.').toLowerCase()) : [];

    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180, 2); // an answer, recursion available, no error
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    // For each: the name by reference to the question, A, IN, to be kept 0 s, 4 bytes.
    const records = addresses.map((address) =>
      Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question, ...records]);
  }

  private next(name: string): string[] {
    const before = this.asked.get(name) ?? 0;
    this.asked.set(name, before + 1);
    const answers = this.answers.get(name) ?? [];
    return answers[Math.min(before, answers.length - 1)] ?? [];
  }
}
