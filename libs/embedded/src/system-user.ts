import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. If we are root, it runs as the owner of its data, as `postgres` if there is such
 * a user, or else as `nobody`, who is on every system.
 * @returns null if we aren't root: then it runs as we do.
 */
export function userForPostgres(dataDir: string): SystemUser | null {
  if (process.getuid?.() !== 0) return null;
  const users = systemUsers();
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid;
  const user =
    users.find(({ uid }) => uid !== 0 && uid === owner) ??
    users.find(({ name }) => name === 'postgres') ??
    users.find(({ name }) => name === 'nobody');
  if (!user)
    throw new Error('PostgreSQL cannot run as root, and there is neither a user "postgres" nor "nobody".');
  return user;
}

/** Whether a user may run this program, through all of the folders above it. */
export function canRun(user: SystemUser, program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { uid: user.uid, gid: user.gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether a user may work inside of a folder. */
export function canEnter(user: SystemUser, folder: string): boolean {
  return canRun(user, '/bin/sh', '-c', 'cd "$1"', 'sh', folder);
}

function systemUsers(): SystemUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name, , uid, gid]) => ({ name: name, uid: Number(uid), gid: Number(gid) }));
}
