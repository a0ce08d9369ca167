import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** One line that says on what the figures were measured. */
export async function machineLine(house) {
  const cpus = os.cpus();
  const fileSystem = spawnSync('stat', ['-f', '-c', '%T', house.directory], {
    encoding: 'utf8',
  }).stdout.trim();
  return [
    `${cpus.length} × ${cpus[0].model.replace(/\s+/g, ' ').trim()}${cpus[0].speed ? ` at ${cpus[0].speed} MHz` : ''}`,
    `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    `${distribution()}, Linux ${os.release()}`,
    `Node ${process.version}`,
    `PostgreSQL ${await house.postgres.version()} (synchronous_commit=on, fsync=on, data on ${fileSystem})`,
    `Redis ${await house.redis.version()} (appendonly, everysec)`,
    'receiver and load generator on the same machine',
  ].join('; ');
}

function distribution() {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))[1];
  } catch {
    return os.type();
  }
}
