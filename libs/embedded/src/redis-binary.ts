import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * A Redis server program for this machine, in this order: on the PATH; from an npm package; installed now, if this is
 * Debian or Ubuntu and we are root.
 * @throws Error with one clear message that tells how to install one.
 */
export async function redisBinary(log: (line: string) => void): Promise<string> {
  const found = NAMES.find(runs) ?? packaged();
  if (found) return found;
  if (process.getuid?.() === 0 && isDebian() && runs('apt-get')) {
    log('There is no Redis on this machine: running "apt-get update && apt-get install -y redis-server"');
    const problem = await aptInstall();
    if (runs('redis-server')) return 'redis-server';
    throw new Error(`apt-get could not install redis-server. ${problem}\n${howToInstall()}`);
  }
  throw new Error(`There is no Redis on this machine.\n${howToInstall()}`);
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** A real redis-server from npm, for the systems that it was built for (it asks for glibc 2.38). */
function packaged(): string | undefined {
  try {
    const program = join(
      dirname(require.resolve(`@falkordblite/${process.platform}-${process.arch}/package.json`)),
      'bin/redis-server',
    );
    if (!existsSync(program)) return undefined;
    try {
      chmodSync(program, 0o755);
    } catch {
      // Not ours to change; it may be executable all the same.
    }
    return runs(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function isDebian(): boolean {
  return (
    existsSync('/etc/os-release') &&
    /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

async function aptInstall(): Promise<string> {
  const script = 'apt-get update && apt-get install -y --no-install-recommends redis-server';
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // We want the program alone: at this run level the package doesn't start a server of its own.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    let last = '';
    const keep = (chunk: Buffer): void => void (last = (last + chunk.toString()).slice(-600));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(last.trim().split('\n').slice(-3).join(' ')));
  });
}

function howToInstall(): string {
  const command =
    process.platform === 'darwin'
      ? 'brew install redis'
      : isDebian()
        ? 'sudo apt-get install redis-server'
        : existsSync('/etc/alpine-release')
          ? 'apk add redis'
          : existsSync('/etc/fedora-release')
            ? 'sudo dnf install valkey'
            : 'install "redis-server" (6.2 or newer) with your package manager';
  return `Install it (${command}) and start again, or set REDIS_URL to a Redis of your own.`;
}
