import { spawn } from 'node:child_process';
import { watch as watchFiles } from 'node:fs';
import { resolve } from 'node:path';
import { build } from '../../scripts/build.mjs';

const root = resolve(import.meta.dirname, '../..');
/** Editors write in bursts. */
const QUIET_MS = 150;

/** Builds and runs a program, and does both again at every change of a source. Ctrl-C ends it. */
export async function watch(program) {
  let service;
  let isStopping = false;

  const stopService = async () => {
    if (!service || service.exitCode !== null || service.signalCode !== null) return;
    const ended = new Promise((done) => service.once('exit', done));
    service.kill('SIGTERM');
    await ended;
  };
  const rebuild = async () => {
    try {
      await build();
    } catch (error) {
      // The last good one runs on; the next change is another chance.
      console.error(error.message);
      return;
    }
    await stopService();
    if (isStopping) return;
    service = spawn(process.execPath, ['--enable-source-maps', program], { cwd: root, stdio: 'inherit' });
  };

  let timer;
  let work = rebuild();
  for (const folder of ['apps', 'libs']) {
    watchFiles(resolve(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => (work = work.then(rebuild)), QUIET_MS);
    });
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, async () => {
      if (isStopping) return;
      isStopping = true;
      await stopService();
      process.exit(0);
    });
  }
}
