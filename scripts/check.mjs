/** npm run check: checks the code without running it. Every step runs, whatever fails; `npm test` runs the tests. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureInstalled } from './ensure-installed.mjs';

await ensureInstalled();
const root = resolve(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The longest first, so that no processor waits for it at the end. */
const STEPS = [
  ['lint', 'eslint .'],
  ['types', 'tsc --noEmit -p tsconfig.json'],
  ['format', 'prettier --check --log-level warn .'],
  ['types of the dashboard', 'tsc --noEmit -p apps/dashboard'],
  ['types of the backoffice pages', 'tsc --noEmit -p apps/backoffice/src/components'],
  ['import walls', 'depcruise apps libs test --output-type err --config .dependency-cruiser.cjs'],
  ['openapi.json is up to date', `${scripts.openapi} --check`],
];

const waiting = [...STEPS];
const failed = [];
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), STEPS.length) }, async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) await run(...step);
  }),
);
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}

/** Prints what the step said together with its result, because steps run at the same time. */
async function run(name, command) {
  const started = Date.now();
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  const child = spawn(command, { cwd: root, shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const status = await new Promise((done) => child.once('close', done));
  process.stdout.write(Buffer.concat(output));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}
