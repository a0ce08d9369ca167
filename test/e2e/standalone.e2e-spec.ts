import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { freePort } from '@app/embedded';
import { Client } from 'pg';
import { createDatabase, ensureBuilt, eventually, HttpClient, Program, servers } from '../support';

const START = 'apps/standalone/run.mjs';
const RUNNING = 'Ctrl-C stops everything.';

jest.setTimeout(180_000);

const programs: Program[] = [];
afterAll(async () => {
  await Promise.all(programs.splice(0).map((program) => program.stop('SIGKILL')));
});

function run(script: string, environment: Record<string, string>): Program {
  const program = new Program(script, { LOG_LEVEL: 'warn', ...environment });
  programs.push(program);
  return program;
}

/** Open for those who pass through, as folders usually are: PostgreSQL may run as another user. */
const newDataDir = (): string => {
  const folder = join(servers().folder, `data-${randomUUID()}`);
  mkdirSync(folder);
  return folder;
};

/** What stands behind a label of the welcome. */
function told(program: Program, label: string): string {
  const value = new RegExp(`^ +${label} +(\\S+)`, 'm').exec(program.output)?.[1];
  if (!value) throw new Error(`No "${label}" in:\n${program.output}`);
  return value;
}

function keptServers(dataDir: string): { databaseUrl: string; servers: { pid: number }[] } {
  return JSON.parse(readFileSync(join(dataDir, 'servers.json'), 'utf8'));
}

/** A process that has ended stays listed as a zombie until its new parent has looked at it, however long that takes. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

it('uses the servers of DATABASE_URL and REDIS_URL, and starts none', async () => {
  ensureBuilt();
  const [database, dataDir] = [await createDatabase(), newDataDir()];
  const program = run(START, {
    DATA_DIR: dataDir,
    PORT: `${await freePort()}`,
    DATABASE_URL: database.url,
    REDIS_URL: servers().redisUrl,
    REDIS_PREFIX: `${servers().prefix}_standalone`,
  });
  await program.says(RUNNING, 150_000);
  expect(readdirSync(dataDir).sort()).toEqual(['demo.json', 'secrets.json']);
  expect(await program.stop()).toMatchObject({ code: 0 });
  await database.drop();
});

/** Who has servers of their own for the tests may not have the programs on this machine. */
const describeEmbedded = process.env['DATABASE_URL'] && process.env['REDIS_URL'] ? describe.skip : describe;

/** One life with four starts: each test goes on from where the one before left the service. */
describeEmbedded('npm start', () => {
  const dataDir = newDataDir();
  let environment: Record<string, string>;
  let program: Program;
  let http: HttpClient;
  let first: { key: string; token: string; accountId: string };

  const start = async (): Promise<void> => {
    program = run(START, environment);
    await program.says(RUNNING, 150_000);
  };
  const toldNow = (): typeof first => ({
    key: told(program, 'Demo API key'),
    token: told(program, 'Publisher token'),
    accountId: told(program, 'Demo account'),
  });

  beforeAll(async () => {
    ensureBuilt();
    const port = await freePort();
    environment = { DATA_DIR: dataDir, PORT: `${port}` };
    http = new HttpClient(`http://127.0.0.1:${port}`);
    await start();
    first = toldNow();
  });

  it('shows a newcomer a published call in the inspector, rightly signed', async () => {
    expect((await http.get('/health/ready')).status).toBe(200);
    const line = program.lines.find((one) => one.startsWith('curl '))!;
    const answer = JSON.parse(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }));
    expect(answer).toMatchObject({ deliveries: 1, duplicate: false });
    const request = await eventually(async () => {
      const { body } = await http.get('/inspector/requests');
      if (body.length !== 1) throw new Error(`${body.length} requests have arrived`);
      return body[0];
    });
    expect(request).toMatchObject({ method: 'POST', path: '/demo', answered: 200 });
    expect(request.signatures).toEqual([
      { scheme: 'X-Webhook-Signature', verdict: 'right', detail: '' },
      { scheme: 'webhook-signature', verdict: 'right', detail: '' },
    ]);
    expect(JSON.parse(request.body)).toMatchObject({ id: answer.id, type: 'CALL_COMPLETED' });
  });

  it('tells a signature that is wrong, and an address that no webhook with a secret sends to', async () => {
    const headers = { 'x-webhook-signature': '0'.repeat(64) };
    await http.post('/inspector/hooks/demo', { forged: true }, { headers });
    await http.post('/inspector/hooks/elsewhere?status=503', {}, { headers });
    const [forged, elsewhere] = (await http.get('/inspector/requests')).body.slice(-2);
    const none = { scheme: 'webhook-signature', verdict: 'none', detail: '' };
    expect(forged.signatures).toMatchObject([{ verdict: 'wrong' }, none]);
    expect(elsewhere).toMatchObject({ answered: 503, signatures: [{ verdict: 'unknown' }, none] });
  });

  it('opens the demo dashboard signed in, and keeps that and the inspector from other machines', async () => {
    const { status, headers } = await http.get('/inspector/dashboard');
    expect([status, headers.get('location')]).toEqual([
      302,
      expect.stringMatching(/^\/dashboard\/login\?token=/),
    ]);
    for (const path of ['', '/requests', '/dashboard', '/publish-command', '/stream', '/hooks/demo']) {
      // A page of a stranger that pointed its own name at this machine.
      expect([
        path,
        await statusFor('evil.example', `http://127.0.0.1:${environment['PORT']}/inspector${path}`),
      ]).toEqual([path, 403]);
    }
  });

  it('tells in one line that its port or its data folder is taken, or a variable wrong, and starts nothing', async () => {
    const samePort = run(START, { DATA_DIR: newDataDir(), PORT: environment['PORT'] });
    expect(await samePort.ended).toBe(1);
    expect(samePort.lines).toEqual([expect.stringContaining(`Port ${environment['PORT']} is taken.`)]);

    const sameFolder = run(START, { DATA_DIR: dataDir, PORT: `${await freePort()}` });
    expect(await sameFolder.ended).toBe(1);
    expect(sameFolder.lines.at(-1)).toContain(
      `is in use by another start of this service (process ${program.pid})`,
    );

    const otherFolder = newDataDir();
    const wrong = run(START, { DATA_DIR: otherFolder, PORT: '99999', LOG_LEVEL: 'loud' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.lines.map((line) => /^\w+/.exec(line)?.[0]).sort()).toEqual(['LOG_LEVEL', 'PORT']);
    expect(existsSync(join(otherFolder, 'postgres'))).toBe(false);
  });

  it('ends in order on SIGTERM, with its servers, even while somebody looks at the inspector', async () => {
    const pids = keptServers(dataDir).servers.map(({ pid }) => pid);
    expect(pids).toHaveLength(2);
    const stream = await fetch(`http://127.0.0.1:${environment['PORT']}/inspector/stream`);
    const { code, ms } = await program.stop('SIGTERM');
    await stream.body?.cancel().catch(() => undefined);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(dataDir, 'servers.json'))).toBe(false);
  });

  it('uses the data, keys and tokens of the earlier start', async () => {
    await start();
    expect(program.output).toContain('with the data of earlier starts');
    expect(toldNow()).toEqual(first);
    const published = await http.post(
      '/internal/v1/events',
      {
        accountId: first.accountId,
        type: 'CALL_FAILED',
        data: {
          call: { id: 'call_before_the_kill', status: 'failed', startedAt: '2026-11-23T10:00:00Z' },
          phoneNumbers: { from: '+14155550100', to: '+442071838750' },
        },
      },
      { headers: { authorization: `Bearer ${first.token}` } },
    );
    expect(published.status).toBe(202);
  });

  it('starts again at once after kill -9, with all that it had accepted', async () => {
    await program.stop('SIGKILL');
    await start();
    const client = new Client({ connectionString: keptServers(dataDir).databaseUrl });
    await client.connect();
    const { rows } = await client.query(`select call_id from events where call_id = 'call_before_the_kill'`);
    await client.end();
    expect(rows).toHaveLength(1);
    const { body } = await http.get('/v1/webhooks', { headers: { authorization: `Bearer ${first.key}` } });
    expect(body.data).toMatchObject([{ name: 'Inspector', status: 'ACTIVE' }]);
  });

  (existsSync('/proc') ? it : it.skip)(
    'ends servers that are left when their guards are killed as well',
    async () => {
      const orphans = keptServers(dataDir).servers.map(({ pid }) => pid);
      program.freeze();
      for (const pid of guardsOf(dataDir)) process.kill(pid, 'SIGKILL');
      await program.stop('SIGKILL');
      expect(orphans.filter(isAlive)).toEqual(orphans);

      await start();
      expect(orphans.filter(isAlive)).toEqual([]);
      expect((await http.get('/health/ready')).status).toBe(200);
    },
  );

  it('exits with 0 on Ctrl-C', async () => {
    expect(await program.stop('SIGINT')).toMatchObject({ code: 0 });
  });

  it('makes nothing up in production', async () => {
    const folder = newDataDir();
    const bare = run(START, { NODE_ENV: 'production', DATA_DIR: folder, PORT: `${await freePort()}` });
    expect(await bare.ended).toBe(1);
    expect(bare.lines.map((line) => /^\w+/.exec(line)?.[0]).sort()).toEqual([
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'PUBLIC_URL',
      'PUBLISHER_TOKEN',
      'REDIS_URL',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** fetch doesn't let anybody forge a Host header. */
async function statusFor(host: string, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { host } }, (response) => {
      resolve(response.statusCode!);
      response.destroy();
    });
    request.on('error', reject);
  });
}

/** The shells that stand between a start and its servers. */
function guardsOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const command = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      return command.startsWith('/bin/sh') && command.includes(dataDir);
    });
}
