/** npm run check: everything that can be said about the code without running the whole of it. All of it runs, whatever fails. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from './ensure-installed.mjs';

await ensureInstalled();
const root = resolve(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const STEPS = [
  ['types', 'tsc --noEmit -p tsconfig.json'],
  ['types of the dashboard', 'tsc --noEmit -p apps/dashboard'],
  ['types of the backoffice pages', 'tsc --noEmit -p apps/backoffice/src/components'],
  ['lint', 'eslint .'],
  ['format', 'prettier --check --log-level warn .'],
  ['import walls', 'depcruise apps libs test --output-type err --config .dependency-cruiser.cjs'],
  ['openapi.json is up to date', scripts.openapi && `${scripts.openapi} --check`],
  ['unit tests', 'node test/run.mjs --selectProjects unit'],
].filter(([, command]) => command);

const failed = STEPS.filter(([name, command]) => {
  const started = Date.now();
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(
    `${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.map(([name]) => name).join(', ')}`);
  process.exit(1);
}
