import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { SystemUser } from './system-user';

/**
 * A few lines of shell stand between us and a server, and hold the other end of a pipe (descriptor 3). When the pipe
 * closes, be it because we ask for it or because we died by kill -9, the guard tells the server to stop: by one signal
 * after the other, each with some patience, because a server may never follow the first (PostgreSQL that is recovering
 * from a crash doesn't). As the server's own parent it can never hit a stranger that was given the same process id.
 */
const GUARD = `
signals=$1; patience=$2; shift 2
"$@" 3<&- &
server=$!
{
  while read -r _; do :; done
  for signal in $signals; do
    kill -s "$signal" "$server" || exit
    tenths=0
    while [ "$tenths" -lt "$patience" ]; do
      sleep 0.1; tenths=$((tenths + 1))
      kill -0 "$server" || exit
    done
  done
} <&3 2>/dev/null &
wait "$server"
code=$?
kill $! 2>/dev/null
exit $code`;

/** How long a server has to follow a signal before the next one, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface GuardedCommand {
  /** For people: "PostgreSQL". */
  name: string;
  command: string;
  args: string[];
  /** What makes the server stop: the first in order, the last for certain. */
  stopSignals: ('INT' | 'TERM' | 'QUIT' | 'KILL')[];
  /** How long each signal is given, in milliseconds; 10 s if left out. */
  patienceMs?: number;
  logFile: string;
  cwd: string;
  user: SystemUser | null;
  env?: NodeJS.ProcessEnv;
}

/** A server that ends when we do. */
export class GuardedProcess {
  readonly name: string;
  private readonly guard: ChildProcess;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  hasEnded = false;
  private readonly patienceMs: number;

  constructor(private readonly what: GuardedCommand) {
    this.name = what.name;
    this.patienceMs = what.patienceMs ?? PATIENCE_MS;
    // A file rather than a pipe: writing to a pipe whose reader died would take the server down in the middle of its shutdown.
    const log = openSync(what.logFile, 'w', 0o600);
    const how = [what.stopSignals.join(' '), String(Math.ceil(this.patienceMs / 100))];
    this.guard = spawn('/bin/sh', ['-c', GUARD, 'guard', ...how, what.command, ...what.args], {
      // A session of its own: Ctrl-C in the terminal must reach us alone, so that the servers outlive our last writes.
      detached: true,
      cwd: what.cwd,
      stdio: ['ignore', log, log, 'pipe'],
      env: what.env ?? process.env,
      ...(what.user ? { uid: what.user.uid, gid: what.user.gid } : {}),
    });
    closeSync(log);
    this.pipe.on('error', () => undefined);
    this.pipe.unref();
    this.guard.unref();
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true;
        resolve();
      };
      this.guard.once('exit', end);
      this.guard.once('error', end);
    });
  }

  private get pipe(): Socket {
    return this.guard.stdio[3] as Socket;
  }

  /** Asks the server to end in order; the guard insists after a while. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.guard.ref();
    this.pipe.destroy();
    // Should the guard itself be stuck.
    const insist = setTimeout(() => this.kill(), (this.what.stopSignals.length + 1) * this.patienceMs);
    await this.ended;
    clearTimeout(insist);
  }

  /** What the server last wrote. */
  lastWords(lines = 8): string {
    return readFileSync(this.what.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  private kill(): void {
    try {
      // The guard leads the process group of the server.
      process.kill(-this.guard.pid!, 'SIGKILL');
    } catch {
      // It ended in this very moment.
    }
  }
}
