import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * Installs the npm packages if they are missing, or other ones than package-lock.json names. Needs nothing but Node and
 * npm, and tells what it does, since it takes a minute.
 */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
    process.exit(1);
  }
  if (isInstalled()) return;
  console.log('Installing npm packages (a minute or two, this once) …');
  const started = Date.now();
  const sign = setInterval(() => console.log(`  … ${Math.round((Date.now() - started) / 1000)} s`), 15_000);
  const status = await npm('ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error');
  clearInterval(sign);
  if (status !== 0) {
    console.error('npm ci failed. The lines above tell why.');
    process.exit(1);
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Resolves with the exit code. A signal to us ends it as well. */
function npm(...args) {
  const isScript = process.env.npm_execpath?.endsWith('.js');
  const [command, ...first] = isScript ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // What `npm start` hands on to its script would otherwise steer the inner npm.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package)_/.test(name)),
    ),
  });
  const stop = (signal) => {
    child.kill(signal);
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  return new Promise((done) => {
    const end = (status) => {
      for (const signal of signals) process.off(signal, stop);
      done(status);
    };
    child.once('error', (error) => {
      console.error(error.message);
      end(1);
    });
    child.once('exit', (status) => end(status ?? 1));
  });
}

/**
 * npm writes what it installed into node_modules/.package-lock.json. If package-lock.json is newer by its time alone
 * (a fresh checkout, say), the contents decide.
 */
function isInstalled() {
  const wanted = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(wanted).mtimeMs <= statSync(installed).mtimeMs) return true;
  const { packages } = JSON.parse(readFileSync(wanted, 'utf8'));
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const isSame = Object.entries(packages).every(([path, { version, optional }]) => {
    // Packages for other systems are left out, and so is what is ours.
    return path === '' || optional || present[path]?.version === version;
  });
  if (isSame) utimesSync(installed, new Date(), new Date());
  return isSame;
}
