import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GuardedProcess } from './guarded-process';
import { identify, isRunning } from './processes';

/** Notes each signal that it gets, and ends at the one named by its argument only. A shell could not: it inherits that SIGINT is ignored. */
const STUBBORN = `
for (const name of ['INT', 'QUIT'])
  process.on('SIG' + name, () => { console.log(name); if (process.argv[1] === name) process.exit(); });
console.log('ready ' + process.pid);
setInterval(() => undefined, 1000);`;

describe('a guarded process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(endsAt: string, patienceMs: number) {
    const logFile = join(folder, `${(count += 1)}.log`);
    const server = new GuardedProcess({
      name: 'Stubborn', command: process.execPath, args: ['-e', STUBBORN, endsAt],
      stopSignals: ['INT', 'QUIT', 'KILL'], patienceMs, logFile, cwd: folder, user: null,
    }); // prettier-ignore
    while (!readFileSync(logFile, 'utf8').includes('ready')) await sleep(10);
    return {
      server,
      signals: () =>
        readFileSync(logFile, 'utf8')
          .split('\n')
          .filter((line) => /^[A-Z]+$/.test(line)),
    };
  }

  it('ends in order at the first signal, and gets no other one', async () => {
    const { server, signals } = await start('INT', 5_000);
    await server.stop();
    expect(signals()).toEqual(['INT']);
  });

  it('gets the next signal when it does not follow the first', async () => {
    const { server, signals } = await start('QUIT', 300);
    await server.stop();
    expect(signals()).toEqual(['INT', 'QUIT']);
  });

  it('is killed when it follows none', async () => {
    const { server, signals } = await start('never', 300);
    await server.stop();
    expect(signals()).toEqual(['INT', 'QUIT']);
    expect(server.hasEnded).toBe(true);
  });

  it('is killed as well when its owner has died by kill -9', async () => {
    const log = join(folder, 'orphan.log');
    const owner = spawn(process.execPath, ['--require', join(process.cwd(), 'scripts/typescript.cjs'), '-e', `
      const { GuardedProcess } = require(${JSON.stringify(join(__dirname, 'guarded-process.ts'))});
      new GuardedProcess({ name: 'Orphan', command: process.execPath, args: ['-e', ${JSON.stringify(STUBBORN)}, 'never'],
        stopSignals: ['INT', 'QUIT', 'KILL'], patienceMs: 300, logFile: ${JSON.stringify(log)}, cwd: '/tmp', user: null });
      setInterval(() => undefined, 1000);`], { stdio: 'inherit' }); // prettier-ignore
    const pid = await printedPid(log);
    const identity = identify(pid)!;
    await killed(owner);
    while (isRunning(identity)) await sleep(20);
    expect(readFileSync(log, 'utf8')).toMatch(/INT\n(.*\n)?QUIT/);
  });
});

async function printedPid(log: string): Promise<number> {
  for (;;) {
    const pid = existsSync(log) ? /ready (\d+)/.exec(readFileSync(log, 'utf8'))?.[1] : undefined;
    if (pid) return Number(pid);
    await sleep(10);
  }
}

function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  return ended;
}
