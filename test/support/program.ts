import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { eventually } from './eventually';

const ROOT = resolve(__dirname, '../..');

/** Brings `dist` up to date, as `npm start` does, pages included; what is up to date is left alone. */
export function ensureBuilt(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
}

/** A program of the house in a process of its own, with nothing of this process's environment but PATH and HOME. */
export class Program {
  private readonly child: ChildProcess;
  /** Everything that it has written so far. */
  output = '';
  /** The exit code; a signal that ended it by name. */
  readonly ended: Promise<number | NodeJS.Signals>;

  constructor(script: string, environment: Record<string, string>) {
    const { PATH, HOME } = process.env;
    this.child = spawn(process.execPath, [script], {
      cwd: ROOT,
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = new Promise((done) => this.child.once('close', (code, signal) => done(code ?? signal ?? 0)));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The lines that aren't structured logs. */
  get lines(): string[] {
    return this.output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  }

  /** Waits until it has written something; fails at once if it ends before. */
  async says(what: string | RegExp, withinMs = 90_000): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => (hasEnded = true));
    await eventually(
      () => {
        const isSaid = typeof what === 'string' ? this.output.includes(what) : what.test(this.output);
        if (isSaid) return;
        throw new Error(`It has not said ${String(what)}, but:\n${this.output}`);
      },
      { withinMs, everyMs: 50, unless: () => hasEnded },
    );
  }

  /** Stands still, so that it cannot react to what is done around it. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  /** Sends a signal, waits for the end, and tells how it ended and how long that took. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | NodeJS.Signals; ms: number }> {
    const started = Date.now();
    this.child.kill(signal);
    return { code: await this.ended, ms: Date.now() - started };
  }
}
