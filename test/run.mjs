/**
 * npm test: installs what is missing, starts real PostgreSQL and Redis on free ports in a folder of their own (or uses
 * DATABASE_URL and REDIS_URL), makes a migrated template database, runs Jest, and leaves nothing behind.
 * Arguments go to Jest: npm test -- test/e2e/publishing, npm test -- --selectProjects unit, npm test -- -t 'some name'
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../scripts/ensure-installed.mjs';
import { ensureBrowser } from './support/ensure-browser.mjs';

await ensureInstalled();
const root = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
require('../scripts/typescript.cjs');
const { startTestServers } = require('./support/test-servers.ts');
const { findChromium } = require('./support/chromium.ts');
ensureBrowser(findChromium);

const run = randomBytes(4).toString('hex');
const folder = mkdtempSync(join(tmpdir(), 'skipcalls-test-'));
// PostgreSQL doesn't run as root; its user has to get through.
chmodSync(folder, 0o711);
let jest;
let signalled = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    signalled ||= constants.signals[signal];
    signalTests('SIGTERM');
  });
}

let code = 1;
let servers;
try {
  servers = await startTestServers(run, folder, (line) => console.log(line));
  if (!signalled) code = await runJest(servers.environment);
} catch (error) {
  console.error(`The tests could not be run. ${error.message}`);
} finally {
  signalTests('SIGKILL');
  await servers?.stop().catch((error) => console.error(`Cleaning up failed: ${error.message}`));
  tellCounts();
  // A server that a test has left behind may still write its last lines.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
process.exit(signalled ? 128 + signalled : code);

function runJest(environment) {
  const bin = require.resolve('jest/bin/jest');
  const options = ['--json', `--outputFile=${join(folder, 'result.json')}`];
  jest = spawn(process.execPath, [bin, '--config', 'jest.config.cjs', ...options, ...process.argv.slice(2)], {
    cwd: root,
    // A process group of its own, so that what tests have started can be ended with them.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...environment,
      NODE_ENV: 'test',
      // AdminJS is an ES module, which Jest can load with this alone; the warning about it would come for every worker.
      NODE_OPTIONS: [
        process.env.NODE_OPTIONS,
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
      ]
        .filter(Boolean)
        .join(' '),
    },
  });
  const watch = endIfItHangs();
  return new Promise((done) => {
    jest.once('error', (error) => {
      console.error(error.message);
      done(1);
    });
    jest.once('exit', (status, signal) => {
      clearInterval(watch);
      done(status ?? 128 + (constants.signals[signal] ?? 1));
    });
  });
}

/** Reaches Jest, its workers and the programs that tests have started. */
function signalTests(signal) {
  try {
    if (jest) process.kill(-jest.pid, signal);
  } catch {
    // All of them have ended.
  }
}

/** A test that leaves a connection or a timer open would keep Jest for ever after its results are there. */
function endIfItHangs() {
  let reportedAt = 0;
  return setInterval(() => {
    if (!reportedAt && existsSync(join(folder, 'result.json'))) reportedAt = Date.now();
    if (!reportedAt || Date.now() - reportedAt < 10_000) return;
    console.error('Jest did not end by itself: a test has left something open (see --detectOpenHandles).');
    signalTests('SIGKILL');
  }, 500);
}

/** One line that a machine can read, last of all. */
function tellCounts() {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(join(folder, 'result.json'), 'utf8'),
    );
    // A file that could not even be loaded has no failed test in it, and still is a failure.
    const failed = numFailedTests + Math.min(numRuntimeErrorTestSuites, numFailedTestSuites);
    console.log(`\n${numPassedTests} passed, ${failed} failed`);
  } catch {
    console.log('\n0 passed, 1 failed');
  }
}
