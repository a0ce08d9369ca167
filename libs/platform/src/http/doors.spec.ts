import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { openDoors } from './doors';

const NEWCOMERS = 320;

describe('openDoors', () => {
  let server: Server;
  let port: number;
  let entered: number;
  let answered: number;
  const sockets: Socket[] = [];

  const newcomer = (): Socket => {
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket.on('error', () => undefined));
    return socket;
  };

  const ask = (): Promise<string> => {
    const socket = newcomer();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return text(socket);
  };

  const closed = (): Promise<void> => new Promise((done) => server.close(() => done()));

  const expectNobodyIn = async (): Promise<void> => {
    const refused = once(newcomer(), 'connect');
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  };

  beforeEach(async () => {
    entered = 0;
    answered = 0;
    server = createServer((_, response) => {
      setTimeout(() => response.end('welcome', () => answered++), 20);
    });
    server.on('connection', () => entered++);
    server.listen({ port: 0, host: '127.0.0.1', backlog: NEWCOMERS });
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** How many turns of the event loop it takes from the first one being in to the last one. */
  async function turnsFor(newcomers: number): Promise<number> {
    for (let i = 0; i < newcomers; i++) newcomer();
    while (entered === 0) await new Promise(setImmediate);
    let turns = 1;
    for (; entered < newcomers; turns++) await new Promise(setImmediate);
    return turns;
  }

  it('lets many newcomers in in one turn of the event loop', async () => {
    await openDoors(server);
    expect(await turnsFor(NEWCOMERS)).toBeLessThan(NEWCOMERS / 4);
  });

  it('serves who came in by any door, before and after all are open', async () => {
    const opening = openDoors(server);
    const answers: Promise<string>[] = [];
    const asking = setInterval(() => answers.push(ask()), 1);
    await opening;
    clearInterval(asking);
    for (let i = 0; i < 64; i++) answers.push(ask());
    for (const answer of await Promise.all(answers))
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*welcome/);
    expect(answers.length).toBeGreaterThan(64);
  });

  it('leaves no door open when the server is closed, and waits for those who are in', async () => {
    await openDoors(server);
    const answers = Array.from({ length: 40 }, ask);
    while (entered < 40) await new Promise(setImmediate);
    await closed();
    expect(answered).toBe(40);
    await Promise.all(answers);
    await expectNobodyIn();
  });

  it('may be closed while its doors are being opened', async () => {
    void openDoors(server);
    await closed();
    await expectNobodyIn();
  });
});
