import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs'; // prettier-ignore
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './free-port';
import { GuardedProcess } from './guarded-process';
import { OPEN_FOLDER, postgresBinaries } from './postgres-binaries';
import { commandLine, end } from './processes';
import { canEnter, userForPostgres, type SystemUser } from './system-user';

const DATABASE = 'skipcalls';
const READY_WITHIN_MS = 60_000;

export interface PostgresServer {
  url: string;
  process: GuardedProcess;
  pid: number;
}

export interface PostgresOptions {
  dataDir: string;
  /** False gives up safety against power loss for speed: for tests alone. */
  durable: boolean;
  log: (line: string) => void;
}

/** Starts the PostgreSQL of a data folder, making it first if there is none. */
export async function startPostgres({ dataDir, durable, log }: PostgresOptions): Promise<PostgresServer> {
  const link = join(dataDir, 'postgres');
  const user = userForPostgres(link);
  const bin = postgresBinaries(user, log);
  const cluster = clusterFolder(dataDir, link, user, log);
  const password = keptPassword(dataDir);
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    log('Making a new PostgreSQL database');
    await makeCluster(bin, cluster, password, user);
  }
  await clearOldServer(cluster);

  const port = await freePort();
  const server = new GuardedProcess({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: [
      '-D',
      cluster,
      ...Object.entries(settings(port, durable)).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    stopSignals: ['INT', 'QUIT', 'KILL'],
    logFile: join(dataDir, 'postgres.log'),
    cwd: cluster,
    user,
    env: bareEnvironment(),
  });
  const url = `postgres://${DATABASE}:${password}@127.0.0.1:${port}`;
  try {
    await ready(server, `${url}/postgres`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: `${url}/${DATABASE}`, process: server, pid: postmasterPid(cluster)! };
}

function settings(port: number, durable: boolean): Record<string, string | number> {
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    // Small and flushed on the way, against a stall every 30 s: docs/decisions/0011.
    shared_buffers: '64MB',
    backend_flush_after: '1MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(durable
      ? { synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on' }
      : { synchronous_commit: 'off', fsync: 'off', full_page_writes: 'off' }),
  };
}

/** The cluster lies in `DATA_DIR/postgres`, unless PostgreSQL's user cannot get there: then that is a link to where it lies. */
function clusterFolder(
  dataDir: string,
  link: string,
  user: SystemUser | null,
  log: (line: string) => void,
): string {
  const existing = lstatSync(link, { throwIfNoEntry: false });
  if (existing?.isSymbolicLink()) return readlinkSync(link);
  if (existing || !user || canEnter(user, dataDir)) return link;

  const place = join(OPEN_FOLDER, `data-${createHash('sha256').update(link).digest('hex').slice(0, 12)}`);
  log(`The user "${user.name}" cannot enter ${dataDir}; PostgreSQL's data go to ${place}`);
  mkdirSync(OPEN_FOLDER, { recursive: true, mode: 0o755 });
  // What lies there belonged to a data folder that has been deleted since.
  rmSync(place, { recursive: true, force: true });
  symlinkSync(place, link);
  return place;
}

function keptPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Made beside and renamed when it is whole, so that a start that was cut off leaves no half of a cluster. */
async function makeCluster(
  bin: string,
  cluster: string,
  password: string,
  user: SystemUser | null,
): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.new-password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of user ? [draft, passwordFile] : []) chownSync(path, user!.uid, user!.gid);
  chmodSync(draft, 0o700);
  try {
    // The builtin provider needs no locale of the system, which bare containers lack. A log segment of 4 MB is filled with
    // zeros in a moment; one of 16 MB has every commit wait for 60 ms (docs/decisions/0010).
    const args = [
      '-D', draft, '-U', DATABASE, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions',
      '--wal-segsize=4',
    ]; // prettier-ignore
    const identity = user ? { uid: user.uid, gid: user.gid } : {};
    await promisify(execFile)(join(bin, 'initdb'), args, { cwd: draft, env: bareEnvironment(), ...identity });
    renameSync(draft, cluster);
  } catch (error) {
    throw new Error(
      `PostgreSQL's initdb failed: ${(error as { stderr?: string }).stderr || (error as Error).message}`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Ends a server that an earlier run left on this cluster, and removes a lock file whose process id is a stranger's by now. */
async function clearOldServer(cluster: string): Promise<void> {
  const pid = postmasterPid(cluster);
  if (pid === null) return;
  const command = commandLine(pid);
  if (command?.includes('postgres') && command.includes(resolve(cluster))) {
    await end(pid, ['SIGINT', 'SIGQUIT', 'SIGKILL'], 8_000);
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

function postmasterPid(cluster: string): number | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return null;
  return Number(readFileSync(file, 'utf8').split('\n')[0]) || null;
}

async function ready(server: GuardedProcess, url: string): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; ; await sleep(40)) {
    if (server.hasEnded) throw new Error(`PostgreSQL did not start:\n${server.lastWords()}`);
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`create database ${DATABASE}`);
      return;
    } catch (error) {
      // Refused, or still replaying its log after a crash.
      if (Date.now() > until)
        throw new Error(`PostgreSQL is not ready: ${(error as Error).message}`, { cause: error });
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** PG… variables of the surroundings would change what the programs do. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}
