import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buildConnector, type Client } from 'undici';
import { Connections } from './connections';
import { type Answer, Exchange } from './exchange';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that answers what it is asked, "POST /hang" not at all. */
class Receiver {
  connections = 0;
  requests: string[] = [];
  readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', (data) => {
      const path = data.toString().split(' ')[1];
      this.requests.push(path);
      if (path !== '/hang') socket.write(OK);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async has(connections: number): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (this.sockets.size !== connections) {
      if (Date.now() > deadline)
        throw new Error(`There are ${this.sockets.size} connections, not ${connections}.`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

describe('the connections to an origin', () => {
  let receiver: Receiver;
  let connections: Connections;

  beforeEach(async () => {
    receiver = new Receiver();
    connections = new Connections(await receiver.start(), buildConnector({}));
  });
  afterEach(async () => {
    connections.destroy();
    await receiver.stop();
  });

  /** Posts; resolves when the exchange is over and its connection given back. */
  function post(path: string): { client: Client; exchange: Exchange; over: Promise<Answer> } {
    const client = connections.take();
    let exchange!: Exchange;
    const over = new Promise<Answer>((resolve) => {
      exchange = new Exchange((answer, ended) => {
        connections.giveBack(client, ended);
        resolve(answer);
      });
    });
    client.dispatch({ path, method: 'POST', body: 'x' }, exchange);
    return { client, exchange, over };
  }

  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

  it('are used again, one request after the other on the same', async () => {
    for (let i = 0; i < 5; i += 1) expect((await post('/ok').over).statusCode).toBe(200);
    expect(receiver.connections).toBe(1);
  });

  it('are as many as there are requests at the same time', async () => {
    const posts = [post('/ok'), post('/ok'), post('/ok')];
    await Promise.all(posts.map(({ over }) => over));
    expect(receiver.connections).toBe(3);
    await post('/ok').over;
    expect(receiver.connections).toBe(3);
  });

  it('are closed at a time-out, and no other one is opened for it', async () => {
    const { exchange, over } = post('/hang');
    while (receiver.requests.length === 0) await settled();
    exchange.expire();
    expect((await over).failure).toMatchObject({ outcome: 'TIMEOUT' });
    await receiver.has(0);
    await settled();
    expect(receiver.connections).toBe(1);
    expect(receiver.requests).toEqual(['/hang']);
    expect((await post('/ok').over).statusCode).toBe(200);
    expect(receiver.connections).toBe(2);
  });

  it('send nothing once the time is up before they are there', async () => {
    const { exchange, over } = post('/ok');
    exchange.expire();
    await over;
    await settled();
    expect(receiver.requests).toEqual([]);
    await receiver.has(0);
  });

  it('let what is under way end when they are closed, and are not kept then', async () => {
    const { over } = post('/ok');
    connections.close();
    expect((await over).statusCode).toBe(200);
    await receiver.has(0);
  });

  it('end with everything that is under way when they are destroyed', async () => {
    const { over } = post('/hang');
    while (receiver.requests.length === 0) await settled();
    connections.destroy();
    expect((await over).failure).toMatchObject({ outcome: 'CONNECTION_FAILED' });
    await receiver.has(0);
  });
});
