import { freePort } from '@app/embedded';
import { createDatabase, ensureBuilt, HttpClient, Program, servers, type TestDatabase } from '../support';

jest.setTimeout(120_000);

const SCRIPTS = {
  api: 'dist/apps/api/src/main.js',
  dispatcher: 'dist/apps/dispatcher/src/main.js',
  backoffice: 'dist/apps/backoffice/src/main.js',
};

const programs: Program[] = [];
let database: TestDatabase;

beforeAll(async () => {
  ensureBuilt();
  database = await createDatabase();
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.stop('SIGKILL')));
});
afterAll(() => database.drop());

/** What a process needs in addition to what all of them need. */
const OWN_VARIABLES: Record<string, Record<string, string>> = {
  dispatcher: { PUBLISHER_TOKEN: 'publisher-token-of-the-tests' },
  backoffice: { ADMIN_EMAIL: 'admin@skipcalls.test', ADMIN_PASSWORD: 'admin-password-of-the-tests' },
};

function run(name: keyof typeof SCRIPTS, port: number, environment: Record<string, string> = {}): Program {
  const script = SCRIPTS[name];
  const program = new Program(script, {
    NODE_ENV: 'production',
    PORT: `${port}`,
    DATABASE_URL: database.url,
    REDIS_URL: servers().redisUrl,
    REDIS_PREFIX: `${servers().prefix}_processes`,
    PUBLIC_URL: 'https://webhooks.example.com',
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...OWN_VARIABLES[name],
    ...environment,
  });
  programs.push(program);
  return program;
}

const names = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

describe.each(names)('the process %s', (name) => {
  it('runs with only the variables that it needs, has only its own routes, reports its health, and exits with 0 on SIGTERM', async () => {
    const port = await freePort();
    const program = run(name, port);
    await program.says(`Listening on port ${port}`);
    const http = new HttpClient(`http://127.0.0.1:${port}`);
    expect((await http.get('/health/ready')).status).toBe(200);
    expect((await http.get('/metrics')).status).toBe(200);
    expect({
      api: (await http.get('/v1/webhooks')).status !== 404,
      dispatcher: (await http.post('/internal/v1/events', {})).status !== 404,
      backoffice: (await http.get('/admin/login')).status !== 404,
    }).toEqual({ api: name === 'api', dispatcher: name === 'dispatcher', backoffice: name === 'backoffice' });
    const { code, ms } = await program.stop('SIGTERM');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
  });

  it('serves health and metrics only on MANAGEMENT_PORT if it is set, and nothing else there', async () => {
    const [port, management] = [await freePort(), await freePort()];
    const program = run(name, port, { MANAGEMENT_PORT: `${management}` });
    await program.says(`Listening on port ${port}`);
    const statuses = async (at: number): Promise<Record<string, number>> => {
      const http = new HttpClient(`http://127.0.0.1:${at}`);
      const paths = ['/health/live', '/health/ready', '/metrics', '/v1/webhooks', '/internal/v1/events', '/admin/login', '/docs-json', '/dashboard/']; // prettier-ignore
      return Object.fromEntries(
        await Promise.all(paths.map(async (path) => [path, (await http.get(path)).status] as const)),
      );
    };
    expect(await statuses(port)).toMatchObject({
      '/health/live': 404,
      '/health/ready': 404,
      '/metrics': 404,
    });
    const { '/health/live': live, '/health/ready': ready, '/metrics': metrics, ...others } = await statuses(management); // prettier-ignore
    expect({ live, ready, metrics }).toEqual({ live: 200, ready: 200, metrics: 200 });
    expect(new Set(Object.values(others))).toEqual(new Set([404]));
    expect((await program.stop('SIGTERM')).code).toBe(0);
  });

  it('refuses to start on pending migrations, and tells what to run', async () => {
    const behind = await createDatabase();
    await behind.query('delete from schema_migrations where id = (select max(id) from schema_migrations)');
    const program = run(name, await freePort(), { DATABASE_URL: behind.url });
    expect(await program.ended).toBe(1);
    expect(program.lines).toEqual([
      expect.stringMatching(/lacks 1 migration\(s\): \S+\. Run: npm run migrate$/),
    ]);
    await behind.drop();
  });

  it('tells in one line that PostgreSQL is not there', async () => {
    const nowhere = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    const program = run(name, await freePort(), { DATABASE_URL: nowhere });
    expect(await program.ended).toBe(1);
    expect(program.lines).toEqual([expect.stringMatching(/^PostgreSQL does not answer at DATABASE_URL: /)]);
  });
});

describe('npm run migrate', () => {
  it('needs the database alone, and does nothing the second time', async () => {
    const script = 'dist/apps/standalone/src/commands/migrate.js';
    const environment = { NODE_ENV: 'production', DATABASE_URL: database.url };
    await database.query('drop schema public cascade');
    await database.query('create schema public');
    const [first, racing] = [new Program(script, environment), new Program(script, environment)];
    programs.push(first, racing);
    expect([await first.ended, await racing.ended]).toEqual([0, 0]);
    const applied = [...first.lines, ...racing.lines].filter((line) => line.startsWith('Applied '));
    const known = await database.query('select name from schema_migrations order by id');
    expect(applied).toEqual(known.map(({ name }) => `Applied ${name}`));

    const again = new Program(script, environment);
    programs.push(again);
    expect(await again.ended).toBe(0);
    expect(again.lines).toEqual(['The database is up to date.']);
  });

  it('says what it needs', async () => {
    const program = new Program('dist/apps/standalone/src/commands/migrate.js', { NODE_ENV: 'production' });
    programs.push(program);
    expect(await program.ended).toBe(1);
    expect(program.lines).toEqual([expect.stringMatching(/^DATABASE_URL must be set/)]);
  });
});
