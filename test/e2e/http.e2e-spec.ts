import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ApiModule } from '../../apps/api/src/api.module';
import {
  createAccount,
  createDatabase,
  eventually,
  startApp,
  type Answer,
  type HttpClient,
  type TestApp,
} from '../support';

const SOMAXCONN = '/proc/sys/net/core/somaxconn';

describe('what every route of customers has in common', () => {
  let app: TestApp;
  let api: HttpClient;

  beforeAll(async () => {
    app = await startApp({
      modules: [ApiModule],
      env: { ALLOWED_ORIGINS: 'https://app.example.com', PUBLIC_URL: 'https://webhooks.example.com' },
    });
    api = app.http((await createAccount(app)).key);
  });
  afterAll(() => app.close());

  const expectProblem = ({ status, body, headers }: Answer, expected: number, code: string): void => {
    expect([status, body.code]).toEqual([expected, code]);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: `urn:skipcalls:problem:${code}`,
      title: expect.any(String),
      status: expected,
      detail: expect.any(String),
      instance: expect.stringMatching(/^\//),
      requestId: headers.get('x-request-id'),
    });
  };

  it.each([['/v1/nothing'], ['/v1/webhooks/x/y/z'], ['/v1/'], ['/nothing'], ['/V2/webhooks']])(
    'answers 404 for the unknown route %s',
    async (path) => {
      expectProblem(await api.get(path), 404, 'not_found');
    },
  );

  it.each([
    ['PUT', '/v1/webhooks', 'GET, POST'],
    ['DELETE', '/v1/webhooks', 'GET, POST'],
    ['PUT', '/v1/webhooks/whk_1', 'DELETE, GET, PATCH'],
    ['GET', '/v1/webhooks/whk_1/test', 'POST'],
    ['PATCH', '/v1/api-keys', 'GET, POST'],
  ])('answers 405 for %s %s, and says what is allowed', async (method, path, allow) => {
    const answer = await api.send(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it.each([['{'], ['{"name": }'], ['nonsense'], ['"text"'], ['\u0000']])(
    'answers 400 for the malformed JSON %j',
    async (text) => {
      expectProblem(await api.post('/v1/webhooks', text), 400, 'malformed_json');
    },
  );

  it('answers 413 for too large a body', async () => {
    expectProblem(await api.post('/v1/webhooks', { name: 'x'.repeat(300_000) }), 413, 'payload_too_large');
  });

  it('answers 400 for JSON that is nested too deeply, and stays alive', async () => {
    expectProblem(
      await api.post('/v1/webhooks', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)),
      400,
      'validation_failed',
    );
    expect((await api.get('/v1/webhooks')).status).toBe(200);
  });

  it.each([
    ['application/x-www-form-urlencoded'],
    ['text/plain'],
    ['multipart/form-data'],
    ['application/xml'],
  ])('answers 415 for %s', async (type) => {
    expectProblem(
      await api.post('/v1/webhooks', 'a=b', { headers: { 'content-type': type } }),
      415,
      'unsupported_media_type',
    );
  });

  it('answers 400 for a path that cannot be decoded', async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(app.url);
      rawRequest(
        { port, path: '/v1/webhooks/%E0%A4%A', headers: { authorization: 'Bearer x' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('carries a correlation id: the caller’s, or one of ours when that is unfit', async () => {
    const withId = await api.get('/v1/webhooks', { headers: { 'x-request-id': 'trace-42' } });
    expect(withId.headers.get('x-request-id')).toBe('trace-42');
    const withUnfit = await api.get('/v1/webhooks', { headers: { 'x-request-id': 'x'.repeat(200) } });
    expect(withUnfit.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has the headers that keep browsers from harm, and names no software', async () => {
    const { headers } = await api.get('/v1/webhooks');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('strict-transport-security')).not.toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([['/dashboard/'], ['/nothing'], ['/health/live']])(
    'tells browsers to stay with TLS on %s',
    async (path) => {
      expect((await api.get(path)).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
    },
  );

  it('lets pages of an allowed origin read the headers that clients need', async () => {
    const { headers } = await api.get('/v1/webhooks', { headers: { origin: 'https://app.example.com' } });
    expect(headers.get('access-control-expose-headers')!.split(',')).toEqual(
      expect.arrayContaining([
        'ETag',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ]),
    );
  });

  it.each([
    ['/v1/webhooks?q=%00', 'q'],
    ['/v1/webhooks?q=a%00b', 'q'],
    ['/v1/events?callId=%00', 'callId'],
    ['/v1/events?q=%00', 'q'],
    ['/v1/deliveries?cursor=%00', 'cursor'],
    ['/v1/webhooks?%00=a', '\\u0000'],
    ['/v1/webhooks/whk_%00', 'id'],
    ['/v1/webhooks?__proto__=a', '__proto__'],
    ['/v1/events?since=2026-02-30T00:00:00Z', 'since'],
    ['/v1/events?since=2026-04-31T00:00:00Z', 'since'],
    ['/v1/deliveries?until=2026-01-01T25:00:00Z', 'until'],
  ])('answers 400 for %s, and names %s', async (path, name) => {
    const answer = await api.get(path);
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors[0].path).toBe(name);
  });

  it.each([
    ['{"__proto__":{"name":"x"}}', '__proto__'],
    ['{"name":"x","headers":{"__proto__":"y"}}', 'headers.__proto__'],
  ])('answers 400 for the body %s, and names %s', async (body, name) => {
    for (const path of ['/v1/webhooks', '/v1/api-keys']) {
      const answer = await api.post(path, body);
      expectProblem(answer, 400, 'validation_failed');
      expect(answer.body.errors).toEqual([{ path: name, message: 'is not a known field' }]);
    }
  });

  it.each([['/V1/webhooks'], ['/v1/Webhooks'], ['/Health/live'], ['/DASHBOARD/'], ['/Docs-json']])(
    'answers 404 for %s: paths are case-sensitive',
    async (path) => expectProblem(await api.get(path), 404, 'not_found'),
  );

  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://evil.example', null],
    ['null', null],
  ])('lets pages of %s read answers only if it is configured', async (origin, allowed) => {
    const { headers } = await api.get('/v1/webhooks', { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe(allowed);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('limits of requests', () => {
  const PER_MINUTE = 5;

  it('are told in headers, and answer 429 with the time to wait, each key for itself, in all processes together', async () => {
    const app = await startApp({
      modules: [ApiModule],
      env: { API_REQUESTS_PER_MINUTE: String(PER_MINUTE) },
    });
    const second = await startApp({
      modules: [ApiModule],
      env: { API_REQUESTS_PER_MINUTE: String(PER_MINUTE) },
      with: app,
    });
    try {
      const { key } = await createAccount(app);
      await restOfMinute();
      const answers = [];
      for (let i = 0; i < PER_MINUTE; i++)
        answers.push(await (i % 2 ? app : second).http(key).get('/v1/webhooks'));
      expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit-remaining')])).toEqual(
        answers.map((_, i) => [200, String(PER_MINUTE - 1 - i)]),
      );
      expect(answers[0].headers.get('ratelimit-policy')).toBe(`${PER_MINUTE};w=60`);
      expect(answers[0].headers.get('ratelimit-limit')).toBe(String(PER_MINUTE));
      const refused = await second.http(key).get('/v1/webhooks');
      expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
      const wait = Number(refused.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(refused.headers.get('ratelimit-remaining')).toBe('0');
      const other = await createAccount(app);
      expect((await app.http(other.key).get('/v1/webhooks')).status).toBe(200);
    } finally {
      await second.close();
      await app.close();
    }
  }, 60_000);

  it.each([
    ['', 429],
    ['127.0.0.0/8', 400],
  ])(
    'take the word of the trusted proxies %j alone on who tries to sign in',
    async (TRUSTED_PROXIES, expected) => {
      const app = await startApp({ modules: [ApiModule], env: { TRUSTED_PROXIES } });
      try {
        await restOfMinute();
        const from = (address: string): Promise<Answer> =>
          app.http().post('/v1/session', { apiKey: 'x' }, { headers: { 'x-forwarded-for': address } });
        for (let i = 0; i < 30; i++) await from('203.0.113.1');
        expect((await from('203.0.113.2')).status).toBe(expected);
      } finally {
        await app.close();
      }
    },
    60_000,
  );

  it('reject callers without valid credentials by their network, and nobody else', async () => {
    const app = await startApp({
      modules: [ApiModule],
      env: { ANONYMOUS_REQUESTS_PER_MINUTE: '5', TRUSTED_PROXIES: '127.0.0.0/8' },
    });
    try {
      const { key } = await createAccount(app);
      await restOfMinute();
      const from = async (address: string, path = '/v1/webhooks', token?: string): Promise<number> =>
        (await app.http(token).get(path, { headers: { 'x-forwarded-for': address } })).status;
      for (let i = 0; i < 3; i++) expect(await from(`2001:db8::${i}`)).toBe(401);
      expect(await from('2001:db8::9', '/v1/webhooks', 'wrong')).toBe(401);
      expect(await from('2001:db8::a', '/nowhere')).toBe(404);
      expect(await from('2001:db8::b')).toBe(429);
      expect(await from('2001:db8::b', '/nowhere')).toBe(429);
      expect(await from('2001:db8::b', '/v1/webhooks', 'wrong')).toBe(429);
      expect(await from('2001:db8::b', '/health/live')).toBe(200);
      expect(await from('2001:db8::b', '/v1/webhooks', key)).toBe(200);
      expect(await from('2001:db8:0:1::b')).toBe(401);
    } finally {
      await app.close();
    }
  });

  it('let everything through while Redis is away, without delay', async () => {
    const app = await startApp({
      modules: [ApiModule],
      env: { API_REQUESTS_PER_MINUTE: '2', REDIS_URL: 'redis://127.0.0.1:1' },
    });
    try {
      const api = app.http((await createAccount(app)).key);
      const since = Date.now();
      for (let i = 0; i < 10; i++) expect((await api.get('/v1/webhooks')).status).toBe(200);
      expect(Date.now() - since).toBeLessThan(3_000);
    } finally {
      await app.close();
    }
  });

  /** A window must not end in the middle of a test. */
  async function restOfMinute(): Promise<void> {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 8_000) await new Promise((resolve) => setTimeout(resolve, left));
  }
});

describe('while PostgreSQL is away', () => {
  it.each([
    ['refuses connections', 'refuse'],
    ['hangs', 'hang'],
  ] as const)(
    'because it %s, a 503 says so, and all is well again when it is back',
    async (_, how) => {
      const database = await createDatabase();
      const line = await Line.to(database.url);
      const app = await startApp({ modules: [ApiModule], env: { DATABASE_URL: line.url } });
      try {
        const api = app.http((await createAccount(app)).key);
        expect((await api.get('/v1/webhooks')).status).toBe(200);
        line.break(how);
        // A key is believed for a second; after that not even the caller is known.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        const since = Date.now();
        const { status, body, headers } = await api.get('/v1/webhooks');
        expect([status, body.code]).toEqual([503, 'dependency_unavailable']);
        expect(headers.get('retry-after')).not.toBeNull();
        expect(Date.now() - since).toBeLessThan(17_000);
        line.mend();
        await eventually(async () => expect((await api.get('/v1/webhooks')).status).toBe(200), {
          withinMs: 20_000,
        });
      } finally {
        line.mend();
        await app.close();
        await line.close();
        await database.drop();
      }
    },
    60_000,
  );
});

/** Older kernels let so few wait that no program can do anything about it. */
const waitingAllowed = Number(existsSync(SOMAXCONN) ? readFileSync(SOMAXCONN, 'utf8') : 0);

(waitingAllowed > 2_000 ? it : it.skip)(
  'a burst of new connections finds room while the process is busy: none has to knock again, a second later',
  async () => {
    const app = await startApp({ modules: [ApiModule] });
    const port = Number(new URL(app.url).port);
    const sockets = Array.from({ length: 1_500 }, () => connect(port, '127.0.0.1'));
    try {
      // In the turn in which they all knock, this process, the server, lets nobody in.
      const knocks = await new Promise<Knocks>((done) => process.nextTick(() => done(knocksAt(port))));
      expect(knocks).toEqual({ heard: sockets.length, again: 0 });
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    } finally {
      for (const socket of sockets) socket.destroy();
      await app.close();
    }
  },
);

interface Knocks {
  /** Connections that the kernel has made, taken by the server or not. */
  heard: number;
  /** Those whose first SYN was dropped, and that were silent for a second before the next one. */
  again: number;
}

/** Waits, without a turn of the event loop, until of each connection to the port it is known which one it is. */
function knocksAt(port: number): Knocks {
  const SYN_SENT = '02';
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (;;) {
    const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
    const fields = lines.map((line) => line.trim().split(/\s+/)).filter(([, , to]) => to === remote);
    const waiting = fields.filter(([, , , state]) => state === SYN_SENT);
    const again = waiting.filter(([, , , , , , resent]) => Number.parseInt(resent, 16) > 0).length;
    if (again === waiting.length) return { heard: fields.length - waiting.length, again };
  }
}

/** A line to PostgreSQL that can be cut, or go dead. */
class Line {
  private readonly sockets = new Set<Socket>();
  private broken: 'refuse' | 'hang' | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(databaseUrl: string): Promise<Line> {
    const target = new URL(databaseUrl);
    const server = createServer((socket) => line.connect(socket, target));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const line = new Line(server, url.toString());
    return line;
  }

  break(how: 'refuse' | 'hang'): void {
    this.broken = how;
    for (const socket of this.sockets) {
      if (how === 'refuse') socket.destroy();
      else socket.pause();
    }
  }

  mend(): void {
    this.broken = null;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connect(near: Socket, target: URL): void {
    if (this.broken === 'refuse') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.sockets.add(from);
      from.on('data', (data) => to.write(data));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.broken === 'hang') from.pause();
    }
  }
}
