import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GuardedProcess } from './guarded-process';
import { startPostgres } from './postgres';
import { end, identify, isRunning, type ProcessIdentity } from './processes';
import { startRedis } from './redis';

export interface EmbeddedOptions {
  /** Where the servers keep their data; made if it isn't there. */
  dataDir: string;
  /** Which to start; both if not told. */
  postgres?: boolean;
  redis?: boolean;
  /** False gives up PostgreSQL's safety against power loss for speed: for tests alone. */
  durable?: boolean;
  /** Is told about long steps. */
  log?: (line: string) => void;
}

export interface EmbeddedServers {
  /** Set if PostgreSQL was started. */
  databaseUrl?: string;
  /** Set if Redis was started. */
  redisUrl?: string;
  /** Resolves with a sentence if a server ends that nobody asked to. */
  failed: Promise<string>;
  stop(): Promise<void>;
}

/** What `DATA_DIR/servers.json` tells other processes, and the next start after a crash. */
interface Record {
  owner: ProcessIdentity;
  databaseUrl?: string;
  redisUrl?: string;
  servers: ProcessIdentity[];
}

/** Another process that lives uses the data folder. */
export class DataDirInUse extends Error {
  constructor(dataDir: string, pid: number) {
    super(
      `${dataDir} is in use by another start of this service (process ${pid}). Stop that one, or choose another folder: DATA_DIR=.data2`,
    );
  }
}

/**
 * Starts real PostgreSQL and Redis servers on free ports of loopback, with their data in `dataDir`. They end with this
 * process, even by kill -9; what should still be left of an earlier run is ended first.
 * @throws DataDirInUse; Error with a clear message if a server cannot be had here.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const dataDir = resolve(options.dataDir);
  const log = options.log ?? (() => undefined);
  mkdirSync(dataDir, { recursive: true });
  await takeOver(dataDir);
  const file = recordFile(dataDir);
  const record: Record = { owner: identify(process.pid)!, servers: [] };
  write(file, record);

  const started: GuardedProcess[] = [];
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(started.map((server) => server.stop()));
    if (readRecord(dataDir)?.owner.pid === process.pid) rmSync(file, { force: true });
  };
  try {
    const settled = await Promise.allSettled([
      options.postgres === false ? null : startPostgres({ dataDir, durable: options.durable ?? true, log }),
      options.redis === false ? null : startRedis(dataDir, log),
    ]);
    for (const result of settled)
      if (result.status === 'fulfilled' && result.value) started.push(result.value.process);
    const failure = settled.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    const [postgres, redis] = settled.map((result) => (result.status === 'fulfilled' ? result.value : null));
    if (postgres) record.databaseUrl = postgres.url;
    if (redis) record.redisUrl = redis.url;
    record.servers = [postgres, redis]
      .map((server) => (server ? identify(server.pid) : null))
      .filter((one) => one !== null);
    write(file, record);
  } catch (error) {
    await stop();
    throw error;
  }

  const failed = Promise.race([
    new Promise<never>(() => undefined),
    ...started.map(async (server) => {
      await server.ended;
      return `${server.name} ended unasked:\n${server.lastWords()}`;
    }),
  ]).then((sentence) => (stopping ? new Promise<never>(() => undefined) : sentence));
  return { databaseUrl: record.databaseUrl, redisUrl: record.redisUrl, failed, stop };
}

/** The servers that a living process has started for a data folder; null if there is none. */
export function runningServers(dataDir: string): { databaseUrl?: string; redisUrl?: string } | null {
  const record = readRecord(resolve(dataDir));
  return record && isRunning(record.owner)
    ? { databaseUrl: record.databaseUrl, redisUrl: record.redisUrl }
    : null;
}

/** Makes sure that nobody living uses the folder, and ends the servers that an owner who was killed has left. */
async function takeOver(dataDir: string): Promise<void> {
  const record = readRecord(dataDir);
  if (!record) return;
  if (isRunning(record.owner)) throw new DataDirInUse(dataDir, record.owner.pid);
  for (const server of record.servers) {
    if (isRunning(server)) await end(server.pid, ['SIGINT', 'SIGTERM', 'SIGKILL'], 8_000);
  }
}

function recordFile(dataDir: string): string {
  return join(dataDir, 'servers.json');
}

function readRecord(dataDir: string): Record | null {
  const file = recordFile(dataDir);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record;
  } catch {
    // Cut off in the middle of writing; PostgreSQL's own lock file is looked at as well.
    return null;
  }
}

function write(file: string, record: Record): void {
  writeFileSync(file, JSON.stringify(record, null, 2) + '\n', { mode: 0o600 });
}
