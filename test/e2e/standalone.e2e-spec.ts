import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@app/embedded';
import { Client } from 'pg';
import { ensureBuilt, eventually, HttpClient, Program, servers } from '../support';

const START = 'apps/standalone/run.mjs';
const RUNNING = 'Ctrl-C stops everything.';

jest.setTimeout(180_000);

/** Programs that are still there when a test fails would outlive it. */
const programs: Program[] = [];
afterEach(async () => {
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

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeAll(() => ensureBuilt());

describe('npm start', () => {
  it('shows a newcomer a published call in the inspector, rightly signed, and ends in order', async () => {
    const [dataDir, port] = [newDataDir(), await freePort()];
    const program = run(START, { DATA_DIR: dataDir, PORT: `${port}` });
    await program.says(RUNNING);
    const http = new HttpClient(`http://localhost:${port}`);
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

    const pids = keptServers(dataDir).servers.map(({ pid }) => pid);
    expect(pids).toHaveLength(2);
    // Somebody looks at the inspector: its open stream must not hold up the end.
    const stream = await fetch(`http://localhost:${port}/inspector/stream`);
    const { code, ms } = await program.stop('SIGTERM');
    await stream.body?.cancel().catch(() => undefined);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(dataDir, 'servers.json'))).toBe(false);
  });

  it('uses the data of an earlier start, after Ctrl-C as well as after kill -9', async () => {
    const [dataDir, port] = [newDataDir(), await freePort()];
    const environment = { DATA_DIR: dataDir, PORT: `${port}` };
    const first = run(START, environment);
    await first.says(RUNNING);
    const key = told(first, 'Demo API key');
    const token = told(first, 'Publisher token');
    const accountId = told(first, 'Demo account');
    expect(await first.stop('SIGINT')).toMatchObject({ code: 0 });

    const second = run(START, environment);
    await second.says(RUNNING);
    expect(second.output).toContain('with the data of earlier starts');
    expect([
      told(second, 'Demo API key'),
      told(second, 'Publisher token'),
      told(second, 'Demo account'),
    ]).toEqual([key, token, accountId]);
    const published = await new HttpClient(`http://localhost:${port}`, token).post('/internal/v1/events', {
      accountId,
      type: 'CALL_FAILED',
      data: {
        call: { id: 'call_before_the_kill', status: 'failed', startedAt: '2026-11-23T10:00:00Z' },
        phoneNumbers: { from: '+14155550100', to: '+442071838750' },
      },
    });
    expect(published.status).toBe(202);
    await second.stop('SIGKILL');

    const third = run(START, environment);
    await third.says(RUNNING);
    const { body } = await new HttpClient(`http://localhost:${port}`, key).get('/v1/webhooks');
    expect(body.data).toMatchObject([
      { name: 'Inspector', url: `http://127.0.0.1:${port}/inspector/hooks/demo` },
    ]);
    const client = new Client({ connectionString: keptServers(dataDir).databaseUrl });
    await client.connect();
    const { rows } = await client.query(`select call_id from events where call_id = 'call_before_the_kill'`);
    await client.end();
    expect(rows).toHaveLength(1);
    expect(await third.stop('SIGTERM')).toMatchObject({ code: 0 });
  });

  (existsSync('/proc') ? it : it.skip)(
    'ends servers that were left behind when everything around them was killed',
    async () => {
      const [dataDir, port] = [newDataDir(), await freePort()];
      const environment = { DATA_DIR: dataDir, PORT: `${port}` };
      const first = run(START, environment);
      await first.says(RUNNING);
      const orphans = keptServers(dataDir).servers.map(({ pid }) => pid);
      const guards = readdirSync('/proc')
        .filter((pid) => /^\d+$/.test(pid))
        .map(Number)
        .filter((pid) => {
          const command = existsSync(`/proc/${pid}/cmdline`)
            ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
            : '';
          return command.startsWith('/bin/sh') && command.includes(dataDir);
        });
      for (const pid of guards) process.kill(pid, 'SIGKILL');
      await first.stop('SIGKILL');
      expect(orphans.filter(isAlive)).toEqual(orphans);

      const second = run(START, environment);
      await second.says(RUNNING);
      expect(orphans.filter(isAlive)).toEqual([]);
      expect((await new HttpClient(`http://localhost:${port}`).get('/health/ready')).status).toBe(200);
      expect(await second.stop()).toMatchObject({ code: 0 });
    },
  );

  it('tells in one line that its port is taken, or its data folder, or a variable wrong, and starts nothing', async () => {
    const [dataDir, port] = [newDataDir(), await freePort()];
    const first = run(START, { DATA_DIR: dataDir, PORT: `${port}` });
    await first.says(RUNNING);

    const samePort = run(START, { DATA_DIR: newDataDir(), PORT: `${port}` });
    expect(await samePort.ended).toBe(1);
    expect(samePort.lines).toEqual([expect.stringMatching(new RegExp(`^Port ${port} is taken\\.`))]);

    const sameFolder = run(START, { DATA_DIR: dataDir, PORT: `${await freePort()}` });
    expect(await sameFolder.ended).toBe(1);
    expect(sameFolder.lines.at(-1)).toContain(
      `is in use by another start of this service (process ${first.pid})`,
    );

    const otherFolder = newDataDir();
    const wrong = run(START, { DATA_DIR: otherFolder, PORT: '99999', LOG_LEVEL: 'loud' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.lines.map((line) => /^\w+/.exec(line)?.[0]).sort()).toEqual(['LOG_LEVEL', 'PORT']);
    expect(existsSync(join(otherFolder, 'postgres'))).toBe(false);
    expect(await first.stop()).toMatchObject({ code: 0 });
  });

  it('makes nothing up in production', async () => {
    const dataDir = newDataDir();
    const program = run(START, { NODE_ENV: 'production', DATA_DIR: dataDir, PORT: `${await freePort()}` });
    expect(await program.ended).toBe(1);
    expect(program.lines.map((line) => /^\w+/.exec(line)?.[0]).sort()).toEqual([
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'PUBLISHER_TOKEN',
      'REDIS_URL',
    ]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('keeps the inspector and its way into the dashboard from other machines', async () => {
    const port = await freePort();
    const program = run(START, { DATA_DIR: newDataDir(), PORT: `${port}` });
    await program.says(RUNNING);
    const http = new HttpClient(`http://127.0.0.1:${port}`);
    expect((await http.get('/inspector/dashboard')).status).toBe(302);
    for (const path of [
      '/inspector',
      '/inspector/requests',
      '/inspector/dashboard',
      '/inspector/publish-command',
    ]) {
      // A page of a stranger that pointed its own name at this machine.
      const status = execFileSync('curl', [
        '-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Host: evil.example', `http://127.0.0.1:${port}${path}`,
      ]).toString(); // prettier-ignore
      expect([path, status]).toEqual([path, '403']);
    }
    expect(await program.stop()).toMatchObject({ code: 0 });
  });
});
