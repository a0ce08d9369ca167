/**
 * npm start: installs what is missing, builds what is out of date, and runs everything in this process.
 * npm run dev (--watch): the same, built and started again at every change.
 */
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../../scripts/ensure-installed.mjs';
import { run } from '../../scripts/run.mjs';

const root = resolve(import.meta.dirname, '../..');
process.chdir(root);

await refuseTakenPort();
try {
  if (process.argv.includes('--watch')) {
    await ensureInstalled();
    const { watch } = await import('./watch.mjs');
    await watch(join(root, 'dist/apps/standalone/src/main.js'));
  } else {
    await run('standalone/src/main.js');
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

/** Before anything that takes time. The configuration reports later what isn't a port. */
async function refuseTakenPort() {
  const port = Number(process.env.PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65535) return;
  const host = process.env.HOST || (process.env.NODE_ENV === 'production' ? undefined : '127.0.0.1');
  const error = await new Promise((done) => {
    const probe = createServer();
    probe.once('error', done);
    probe.listen(port, host, () => probe.close(() => done(null)));
  });
  if (!error) return;
  console.error(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is taken. Stop what uses it, or choose another: PORT=${port === 65535 ? 3000 : port + 1} npm start`
      : `Port ${port} cannot be listened on: ${error.message}`,
  );
  process.exit(1);
}
