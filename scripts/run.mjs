/**
 * Runs one program of the house: node scripts/run.mjs api | dispatcher | backoffice | standalone | migrate | …
 * In a checkout it installs and builds what is out of date first; in production it runs what was built.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');

/** Makes sure that `dist` is up to date, and loads one of its programs into this process. */
export async function run(program) {
  const file = join(root, 'dist/apps', program);
  if (process.env.NODE_ENV !== 'production' || !existsSync(file)) {
    const { ensureInstalled } = await import('./ensure-installed.mjs');
    await ensureInstalled();
    const { build } = await import('./build.mjs');
    await build();
  }
  process.setSourceMapsEnabled(true);
  createRequire(import.meta.url)(file);
}

/** The file in `dist/apps` for a name that people type. */
function programOf(name) {
  if (['api', 'dispatcher', 'backoffice', 'standalone'].includes(name)) return `${name}/src/main.js`;
  return `standalone/src/commands/${name}.js`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await run(programOf(process.argv[2] ?? 'standalone'));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
