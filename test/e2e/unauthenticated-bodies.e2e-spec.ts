import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { resolve } from 'node:path';
import { freePort } from '@app/embedded';
import { createDatabase, ensureBuilt, HttpClient, Program, PUBLISHER_TOKEN, servers, type TestDatabase } from '../support'; // prettier-ignore
import { HOSTILE_BODIES, sendRaw, spellingsOf } from '../support/raw-requests';

jest.setTimeout(600_000);

/** Routes that callers without credentials may send a body to: it holds the credentials. A few kilobytes each. */
const SIGN_IN = /^POST \/(v1\/session|admin\/login(\/code)?)\/?(\?|$)/;
const SIGN_IN_BYTES = 16 * 1024;

interface Figures {
  /** The most bytes of one body that the program received, by method and target. */
  deliveredTo: Record<string, number>;
  inflaters: number;
  /** The longest turn of the event loop, in milliseconds of its thread's processor time. */
  worstTurnMs: number;
  peakRssBytes: number;
  /** The most memory outside of the heap: buffers. */
  peakExternalBytes: number;
  /** What is still in use once the garbage is collected. */
  liveHeapBytes: number;
}

describe('bodies from callers without valid credentials', () => {
  let database: TestDatabase;
  let service: Program;
  let port: number;
  let watchPort: number;
  let routes: { method: string; path: string }[];
  let http: HttpClient;

  beforeAll(async () => {
    ensureBuilt();
    database = await createDatabase();
    [port, watchPort] = [await freePort(), await freePort()];
    service = new Program('dist/apps/standalone/src/main.js', {
      NODE_OPTIONS: `--require ${resolve(__dirname, '../support/watch-process.cjs')}`,
      WATCH_PORT: `${watchPort}`,
      NODE_ENV: 'production',
      PORT: `${port}`,
      PUBLIC_URL: 'https://webhooks.example.com',
      DATABASE_URL: database.url,
      REDIS_URL: servers().redisUrl,
      REDIS_PREFIX: `${servers().prefix}_bodies`,
      ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      PUBLISHER_TOKEN,
      ADMIN_EMAIL: 'admin@skipcalls.test',
      ADMIN_PASSWORD: 'admin-password-of-the-tests',
      // Each request has to get as far as it can.
      ANONYMOUS_REQUESTS_PER_MINUTE: '0',
      LOG_LEVEL: 'error',
    });
    http = new HttpClient(`http://127.0.0.1:${port}`);
    await waitUntilReady();
    const { body } = await http.get('/docs-json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, 'whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22'),
      })),
    );
    const undocumented = ['/admin', '/admin/login', '/admin/api/resources/webhooks/actions/list', '/admin/password', '/dashboard/', '/dashboard/login', '/metrics', '/docs-json', '/nowhere', '/v1', '/internal']; // prettier-ignore
    routes = [...documented, ...undocumented.map((path) => ({ method: 'POST', path }))];
  });
  afterAll(async () => {
    await service?.stop('SIGKILL');
    await database?.drop();
  });

  it('are not read on any route, in any spelling, and neither stall the service nor fill its memory', async () => {
    const names = Object.keys(HOSTILE_BODIES);
    const credentials = [[], ['Authorization: Bearer skc_live_0000000000000000000000000000000000000000']];
    const attacks: (() => Promise<string | null>)[] = [];
    const statuses = new Map<number, number>();
    const attack = (method: string, target: string, name: string, headers: string[]) => async () => {
      const { status, text } = await sendRaw(port, method, target, headers, HOSTILE_BODIES[name]);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const isFine = (status >= 200 && status < 500) || status === 0;
      const isReached = status !== 0 || method === 'GET' || !target.startsWith('/');
      return isFine && isReached
        ? null
        : `${status} for ${method} ${target} with ${name}: ${text.slice(0, 200)}`;
    };
    for (const { method, path } of routes) {
      for (const name of names)
        for (const headers of credentials) attacks.push(attack(method, path, name, headers));
      for (const [i, target] of spellingsOf(path).entries())
        for (const [j, headers] of credentials.entries())
          attacks.push(attack(method, target, names[(attacks.length + i + j) % names.length], headers));
    }
    await inParallel(attacks.slice(0, 200), 12);
    const before = await figures();
    statuses.clear();
    const health = pollHealth();
    const failures = (await inParallel(attacks, 12)).filter((failure) => failure !== null);
    const stalls = await health.stop();
    const after = await figures();

    const liveGrowth = after.liveHeapBytes - before.liveHeapBytes;
    const bufferGrowth = after.peakExternalBytes - before.peakExternalBytes;
    console.log(
      `${attacks.length} requests; statuses ${JSON.stringify([...statuses].sort())}; ` +
        `longest turn ${after.worstTurnMs.toFixed(0)} ms of processor time; ` +
        `slowest of ${stalls.count} /health/live ${stalls.worstMs.toFixed(0)} ms by the clock of this machine; ` +
        `live heap +${mib(liveGrowth)} MiB, buffers +${mib(bufferGrowth)} MiB at most, resident ${mib(before.peakRssBytes)} to ${mib(after.peakRssBytes)} MiB`,
    );
    expect(failures.slice(0, 10)).toEqual([]);
    expect(stalls.failed).toEqual([]);
    expect(after.inflaters).toBe(0);
    const read = Object.entries(after.deliveredTo);
    expect(read.filter(([route]) => !SIGN_IN.test(route))).toEqual([]);
    for (const [, bytes] of read) expect(bytes).toBeLessThanOrEqual(SIGN_IN_BYTES + 65_536);
    expect(after.worstTurnMs).toBeLessThan(100);
    // Not the resident size: V8 leaves garbage lie until the heap has grown to a multiple (libs/platform/src/garbage.ts).
    expect(liveGrowth).toBeLessThan(16 * 2 ** 20);
    expect(bufferGrowth).toBeLessThan(48 * 2 ** 20);
  });

  it('of a caller with a key, whatever their shape, take no more than a short turn to reject, with 20 errors at most', async () => {
    const created = await new HttpClient(`http://127.0.0.1:${port}`, PUBLISHER_TOKEN).post(
      '/internal/v1/accounts',
      { name: 'Acme' },
    );
    const authorization = [`Authorization: Bearer ${created.body.apiKey}`];
    const KB = 1_000;
    const bodies = [
      `[${'{},'.repeat(80 * KB)}{}]`,
      `{"events":[${'"CALL_COMPLETED",'.repeat(14 * KB)}"x"]}`,
      `{${Array.from({ length: 20 * KB }, (_, i) => `"f${i}":1`).join()}}`,
      `{"name":${'['.repeat(100 * KB)}${']'.repeat(100 * KB)}}`,
      `{"headers":{${Array.from({ length: 15 * KB }, (_, i) => `"h${i}":"x"`).join()}}}`,
      `{"name":"${'\\u0000'.repeat(40 * KB)}","url":"${'a'.repeat(10 * KB)}"}`,
      `{"events":[${Array.from({ length: 900 }, (_, i) => `"x${i}"`).join()}]}`,
      `{"__proto__":{"name":1}}`,
    ].map((text) => ({
      headers: ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`],
      bytes: Buffer.from(text),
    }));
    const writes = routes.filter(({ method, path }) => method !== 'GET' && method !== 'DELETE' && path.startsWith('/v1/')); // prettier-ignore
    await figures();
    for (const { method, path } of writes) {
      for (const body of bodies) {
        const { status, text } = await sendRaw(port, method, path, authorization, body);
        // Sign-ins and tests have limits of their own, which come before the body.
        const mayBeLimited = path.endsWith('/test') || path === '/v1/session';
        expect(mayBeLimited ? [400, 404, 413, 429] : [400, 404, 413]).toContain(status);
        expect(text.match(/"path":/g)?.length ?? 0).toBeLessThanOrEqual(20);
        expect(text.length).toBeLessThan(10 * KB);
      }
    }
    expect((await figures()).worstTurnMs).toBeLessThan(100);
  });

  async function waitUntilReady(): Promise<void> {
    for (const since = Date.now(); ;) {
      const ready = await http.get('/health/ready').catch(() => null);
      if (ready?.status === 200) return;
      if (Date.now() - since > 120_000) throw new Error(`It does not get ready:\n${service.output}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async function figures(): Promise<Figures> {
    return JSON.parse(await textOf(connect(watchPort, '127.0.0.1'))) as Figures;
  }

  /** Requests `/health/live` every 20 ms. */
  function pollHealth(): { stop(): Promise<{ count: number; worstMs: number; failed: unknown[] }> } {
    const result = { count: 0, worstMs: 0, failed: [] as unknown[] };
    const pending = new Set<Promise<void>>();
    const timer = setInterval(() => {
      const since = performance.now();
      const one = http.get('/health/live').then(
        ({ status }) => {
          result.count++;
          result.worstMs = Math.max(result.worstMs, performance.now() - since);
          if (status !== 200) result.failed.push(status);
        },
        (error: unknown) => void result.failed.push(error),
      );
      pending.add(one);
      void one.finally(() => pending.delete(one));
    }, 20);
    return {
      stop: async () => {
        clearInterval(timer);
        await Promise.all(pending);
        return result;
      },
    };
  }
});

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

async function inParallel<T>(work: (() => Promise<T>)[], width: number): Promise<T[]> {
  const results: T[] = [];
  const left = [...work];
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) results.push(await one());
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
