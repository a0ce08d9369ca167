import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connections, KEEP_ALIVE_TIMES } from './connections';
import { DeadlineWheel } from './deadline-wheel';
import type { HttpConnection, OpenSocket } from './http-connection';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const TIMES = { ...KEEP_ALIVE_TIMES, lastMs: 400, spareMs: 100, starvedAfterMs: 50, closeEveryMs: 20 };

/** Opens plain TCP connections to a port of loopback. */
const openTo =
  (port: number): OpenSocket =>
  (events) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      events.onStage('RESPONSE');
      events.onOpen(socket);
    });
    socket.once('error', (error) => events.onError(error));
    return () => socket.destroy();
  };

interface Posted {
  connection: HttpConnection;
  /** Resolves with the status, or null if there was none. */
  over: Promise<number | null>;
}

/** Sends a request as the sender does. */
function post(connections: Connections, path = '/ok'): Posted {
  const connection = connections.take();
  const start = performance.now();
  const over = new Promise<number | null>((resolve) => {
    let status: number | null = null;
    const end = (): void => {
      connections.giveBack(connection);
      resolve(status);
    };
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n`;
    connection.send({ method: 'POST', head, body: Buffer.from('x') }, {
      onHead: (code) => {
        status = code;
        connections.noteAnswered(connection, performance.now() - start);
      },
      onBody: () => undefined,
      onEnd: end,
      onError: end,
    }); // prettier-ignore
  });
  return { connection, over };
}

/** A server that answers what it is asked, "POST /hang" not at all. */
class Receiver {
  connections = 0;
  requests: string[] = [];
  headers = '';
  readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', (data) => {
      const path = data.toString().split(' ')[1];
      this.requests.push(path);
      if (path !== '/hang') socket.write(OK.replace('\r\n\r\n', `\r\n${this.headers}\r\n`));
    });
  });

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async has(connections: number): Promise<void> {
    while (this.sockets.size !== connections) await sleep(5);
  }
}

describe('the connections to an origin', () => {
  let receiver: Receiver;
  let connections: Connections;

  beforeEach(async () => {
    receiver = new Receiver();
    connections = new Connections(openTo(await receiver.start()), new DeadlineWheel(1_000), TIMES);
  });
  afterEach(async () => {
    connections.destroy();
    await receiver.stop();
  });

  it('are used again, one request after the other on the same', async () => {
    for (let i = 0; i < 5; i += 1) expect(await post(connections).over).toBe(200);
    expect(receiver.connections).toBe(1);
  });

  it('are as many as there are requests at the same time', async () => {
    await Promise.all([post(connections), post(connections), post(connections)].map(({ over }) => over));
    expect(receiver.connections).toBe(3);
    await post(connections).over;
    expect(receiver.connections).toBe(3);
  });

  it('are closed soon after a burst, all but one, and that one a little later', async () => {
    await Promise.all([post(connections), post(connections), post(connections)].map(({ over }) => over));
    await receiver.has(1);
    await receiver.has(0);
  });

  it('are not used for longer than the server says that it keeps them', async () => {
    receiver.headers = 'Keep-Alive: timeout=1\r\n';
    await post(connections).over;
    const start = performance.now();
    await receiver.has(0);
    expect(performance.now() - start).toBeLessThan(TIMES.lastMs);
  });

  it('are closed when their request is given up, and no other one is opened for it', async () => {
    const { connection } = post(connections, '/hang');
    while (receiver.requests.length === 0) await sleep(5);
    connections.giveBack(connection);
    await receiver.has(0);
    expect(receiver.connections).toBe(1);
    expect(await post(connections).over).toBe(200);
    expect(receiver.connections).toBe(2);
  });

  it('send nothing once they were given back before they are open', async () => {
    connections.giveBack(post(connections).connection);
    await sleep(50);
    expect(receiver.requests).toEqual([]);
    await receiver.has(0);
  });

  it('are not reused after the server has closed them', async () => {
    await post(connections).over;
    for (const socket of receiver.sockets) socket.end();
    await receiver.has(0);
    expect(await post(connections).over).toBe(200);
  });

  it('complete what is under way when they are closed, and are not kept then', async () => {
    const { over } = post(connections);
    connections.close();
    expect(await over).toBe(200);
    await receiver.has(0);
  });

  it('end with everything that is under way when they are destroyed', async () => {
    post(connections, '/hang');
    while (receiver.requests.length === 0) await sleep(5);
    connections.destroy();
    await receiver.has(0);
  });
});

describe('the connections to a server with a single thread', () => {
  let server: ChildProcess;
  let connections: Connections;

  beforeEach(async () => {
    server = spawn('python3', ['-u', '-c', SINGLE_THREADED], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = await new Promise<Buffer>((resolve) => server.stdout!.once('data', resolve));
    connections = new Connections(openTo(Number(line.toString())), new DeadlineWheel(20_000), {
      ...KEEP_ALIVE_TIMES,
      lastMs: 20_000,
      spareMs: 20_000,
    });
  });
  afterEach(async () => {
    connections.destroy();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  });

  it('let each other be served: an idle one is closed for one that waits', async () => {
    const posts = Array.from({ length: 4 }, () => post(connections));
    expect(await within(8_000, posts)).toEqual(Array(4).fill(200));
  });

  it('are served in turns while there is always another request for the one that is read', async () => {
    const lanes = Array.from({ length: 8 }, async () => {
      const statuses: (number | null)[] = [];
      const until = performance.now() + 2_000;
      let longest = 0;
      while (performance.now() < until) {
        const start = performance.now();
        statuses.push(...(await within(8_000, [post(connections)])));
        longest = Math.max(longest, performance.now() - start);
      }
      return { statuses: new Set(statuses), longest };
    });
    for (const { statuses, longest } of await Promise.all(lanes)) {
      expect([...statuses]).toEqual([200]);
      expect(longest).toBeLessThan(6_000);
    }
  });
});

/** Statuses of requests; null for those without a response in time. */
function within(ms: number, posts: Posted[]): Promise<(number | null)[]> {
  return Promise.all(posts.map(({ over }) => Promise.race([over, sleep(ms, null, { ref: false })])));
}

/** Python's own HTTP/1.1 server: it reads one connection until that is closed. */
const SINGLE_THREADED = `
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *args):
        pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port)
server.serve_forever()
`;
