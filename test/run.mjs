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
  code = 0;
  for (const [i, options] of runs().entries()) {
    if (!signalled) code = (await runJest(servers.environment, options, resultOf(i))) || code;
  }
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

/**
 * Without arguments: first what is pure, on all processors, then what measures times and drives browsers, two files at a
 * time however many processors there are: most of it is waiting, and more would be late because of its neighbours.
 */
function runs() {
  const given = process.argv.slice(2);
  if (given.length > 0) return [given];
  return [
    ['--selectProjects', 'unit', '--maxWorkers=100%'],
    ['--selectProjects', 'e2e', '--maxWorkers=2'],
  ];
}

function resultOf(run) {
  return join(folder, `result-${run}.json`);
}

function runJest(environment, given, result) {
  const bin = require.resolve('jest/bin/jest');
  const options = ['--json', `--outputFile=${result}`];
  jest = spawn(process.execPath, [bin, '--config', 'jest.config.cjs', ...options, ...given], {
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
  const watch = endIfItHangs(result);
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
function endIfItHangs(result) {
  let reportedAt = 0;
  return setInterval(() => {
    if (!reportedAt && existsSync(result)) reportedAt = Date.now();
    if (!reportedAt || Date.now() - reportedAt < 10_000) return;
    console.error('Jest did not end by itself: a test has left something open (see --detectOpenHandles).');
    signalTests('SIGKILL');
  }, 500);
}

/** One line that a machine can read, last of all. */
function tellCounts() {
  let passed = 0;
  let failed = 0;
  for (const i of runs().keys()) {
    try {
      const counts = JSON.parse(readFileSync(resultOf(i), 'utf8'));
      passed += counts.numPassedTests;
      // A file that could not even be loaded has no failed test in it, and still is a failure.
      failed +=
        counts.numFailedTests + Math.min(counts.numRuntimeErrorTestSuites, counts.numFailedTestSuites);
    } catch {
      failed += 1;
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`);
}
