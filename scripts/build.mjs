/**
 * npm run build: the services (TypeScript to dist/apps and dist/libs), the customers' dashboard (dist/dashboard) and the
 * backoffice's browser part (dist/backoffice). A part that is newer than all of its sources is left alone.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);

const PARTS = [
  {
    name: 'services',
    sources: ['apps', 'libs', 'scripts'],
    except: ['apps/dashboard'],
    build: buildServices,
  },
  {
    name: 'dashboard',
    sources: ['apps/dashboard', 'package-lock.json'],
    build: () => npmScript('build:dashboard'),
  },
  {
    name: 'backoffice pages',
    sources: ['apps/backoffice', 'package-lock.json'],
    build: () => npmScript('build:backoffice'),
  },
];

/** Builds what is out of date. Long steps are told. Of several at the same time one builds, and the others wait for it. */
export async function build({ log = console.log, force = false } = {}) {
  const release = await takeLock();
  try {
    await buildParts(log, force);
  } finally {
    release();
  }
}

async function takeLock() {
  mkdirSync(dist, { recursive: true });
  const lock = join(dist, '.building');
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(lock)) rmSync(lock, { force: true });
    else await sleep(100);
  }
}

/** Whether the process that wrote a lock still runs. */
function isAlive(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Not written yet, or written never.
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs < 5_000;
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function buildParts(log, force) {
  for (const part of PARTS) {
    const stamp = join(dist, `.built-${part.name.replaceAll(' ', '-')}`);
    const newest = newestChange(part);
    if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === newest) continue;
    const started = Date.now();
    log(`Building the ${part.name} …`);
    await part.build();
    mkdirSync(dist, { recursive: true });
    writeFileSync(stamp, newest);
    log(`Built the ${part.name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}

/** Changes with every change, addition and removal among the sources. */
function newestChange({ sources, except = [] }) {
  let count = 0;
  let newest = 0;
  for (const source of sources) {
    for (const file of filesBelow(
      join(root, source),
      except.map((path) => join(root, path)),
    )) {
      count++;
      newest = Math.max(newest, statSync(file).mtimeMs);
    }
  }
  return `${count} files, newest ${newest}`;
}

/** Without what npm has installed or packages have built of themselves, which comes and goes while sources stay. */
function* filesBelow(path, except = []) {
  if (!existsSync(path) || except.includes(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path))
    if (!['node_modules', 'dist'].includes(name)) yield* filesBelow(join(path, name), except);
}

/** Each source by itself, with the very settings that the tests run under; types are checked by `npm run check`. */
function buildServices() {
  const { transformSync } = require('@swc/core');
  const swcOptions = require('./swc-options.cjs');
  const written = new Set();
  const dashboard = join(root, 'apps/dashboard');
  for (const top of ['apps', 'libs']) {
    for (const file of filesBelow(join(root, top), [dashboard])) {
      const path = relative(root, file);
      if (!path.split(sep).includes('src') || /\.spec\.tsx?$/.test(path)) continue;
      // The backoffice's React components are bundled for the browser from their sources.
      const isServer = extname(file) === '.ts';
      const target = join(dist, isServer ? path.replace(/\.ts$/, '.js') : path);
      written.add(target);
      if (!isServer) {
        write(target, readFileSync(file));
        continue;
      }
      const { code, map } = transformSync(readFileSync(file, 'utf8'), {
        ...swcOptions,
        filename: file,
        sourceMaps: true,
      });
      write(`${target}.map`, map);
      written.add(`${target}.map`);
      write(
        target,
        `${leadToLibs(code, path)}\n//# sourceMappingURL=${path.split(sep).at(-1).replace(/\.ts$/, '.js')}.map\n`,
      );
    }
  }
  for (const top of ['apps', 'libs']) {
    for (const file of filesBelow(join(dist, top))) if (!written.has(file)) rmSync(file);
  }
}

/** `@app/<lib>` becomes the way from this file to that lib's front door. */
function leadToLibs(code, path) {
  return code.replace(/require\("@app\/([\w-]+)"\)/g, (_, lib) => {
    const way = relative(dirname(path), join('libs', lib, 'src/index.js')).replaceAll(sep, '/');
    return `require("${way.startsWith('.') ? way : `./${way}`}")`;
  });
}

/** In one step, so that a service that starts meanwhile never reads half a file. */
function write(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

/** Its output is shown only if it fails. */
function npmScript(name) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return new Promise((done, fail) => {
    // Whoever builds, the tests too, gets what customers get: React has a slower and larger half for other environments.
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    };
    const child = spawn(scripts[name], { cwd: root, shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', fail);
    child.once('close', (code) =>
      code === 0 ? done() : fail(new Error(`${name} failed:\n${output.trimEnd()}`)),
    );
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await build({ force: process.argv.includes('--force') });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
