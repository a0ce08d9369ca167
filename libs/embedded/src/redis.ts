import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port';
import { GuardedProcess } from './guarded-process';
import { redisBinary } from './redis-binary';

const READY_WITHIN_MS = 60_000;

export interface RedisServer {
  url: string;
  process: GuardedProcess;
  pid: number;
}

/** Starts the Redis of a data folder: append-only file, nothing is ever evicted, loopback and password only. */
export async function startRedis(dataDir: string, log: (line: string) => void): Promise<RedisServer> {
  const program = await redisBinary(log);
  const folder = resolve(dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pidFile = join(folder, 'redis.pid');
  rmSync(pidFile, { force: true });
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  const configFile = join(folder, 'redis.conf');
  writeFileSync(configFile, configuration(folder, pidFile, port, password), { mode: 0o600 });

  const server = new GuardedProcess({
    name: 'Redis',
    command: program,
    args: [configFile],
    stopSignals: ['TERM', 'KILL'],
    logFile: join(dataDir, 'redis.log'),
    cwd: folder,
    user: null,
  });
  try {
    await ready(server, port, password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  return { url: `redis://:${password}@127.0.0.1:${port}/0`, process: server, pid };
}

function configuration(folder: string, pidFile: string, port: number, password: string): string {
  const quoted = (path: string): string => JSON.stringify(path);
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${quoted(folder)}`,
    `pidfile ${quoted(pidFile)}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

async function ready(server: GuardedProcess, port: number, password: string): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; ; await sleep(25)) {
    if (server.hasEnded) throw new Error(`Redis did not start:\n${server.lastWords()}`);
    const answer = await ask(port, `AUTH ${password}\r\nPING\r\n`).catch((error: Error) => error.message);
    if (answer.includes('+PONG')) return;
    if (Date.now() > until) throw new Error(`Redis is not ready: ${answer.trim()}`);
  }
}

/** Redis's own protocol by hand, twice at the start: a client library would bring its reconnecting and its logs. */
function ask(port: number, commands: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(commands));
    let answer = '';
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.split('\r\n').length > 2) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
