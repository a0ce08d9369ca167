import { existsSync, readFileSync } from 'node:fs';

/**
 * `npm start` runs us below a shell, and a `kill -9` of npm leaves both behind, with the port in our hands.
 * Calls back when npm is gone; does nothing if we weren't started by npm.
 */
export function whenNpmIsGone(callback: () => void): void {
  if (!process.env['npm_lifecycle_event']) return;
  const shell = isShell(process.ppid) ? process.ppid : null;
  const npm = (): number | null => (shell === null ? process.ppid : parentOf(shell));
  const first = npm();
  const timer = setInterval(() => {
    if (process.ppid === (shell ?? first) && npm() === first) return;
    clearInterval(timer);
    callback();
  }, 1_000);
  timer.unref();
}

function isShell(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && /^(\S*\/)?(sh|bash|dash)\0-c\0/.test(readFileSync(file, 'utf8'));
}

function parentOf(pid: number): number | null {
  try {
    // The fourth field, behind the name, which may itself hold spaces and brackets.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
  } catch {
    return null;
  }
}
