import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process id alone may be a stranger's by now; with the time of its start it is not. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** Names a running process; null if there is none. */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = startOf(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.startedAt;
}

/** How a running process was called; null if there is none. */
export function commandLine(pid: number): string | null {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return null;
    }
  }
  return ps(pid, 'command');
}

/** Ends a process that an earlier run left behind: first in order, then by force. */
export async function end(pid: number, signals: NodeJS.Signals[], patienceMs: number): Promise<void> {
  const identity = identify(pid);
  if (!identity) return;
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    // A stopped process (SIGSTOP) would never see the signal.
    process.kill(pid, 'SIGCONT');
    for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(25)) {
      if (!isRunning(identity)) return;
    }
  }
}

function startOf(pid: number): string | null {
  if (existsSync('/proc/self/stat')) {
    try {
      // Field 22, counted behind the command's name, which may itself hold spaces and brackets; `Z` is a zombie.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return fields[0] === 'Z' ? null : `${bootId()}:${fields[19]}`;
    } catch {
      return null;
    }
  }
  return ps(pid, 'lstart');
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  } catch {
    return '';
  }
}

function ps(pid: number, column: 'lstart' | 'command'): string | null {
  try {
    const output = execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.toString().trim() || null;
  } catch {
    return null;
  }
}
