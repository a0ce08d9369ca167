import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Some tests click through pages. Installs Chromium on Debian and Ubuntu as root; elsewhere tells what is left out. */
export function ensureBrowser(isThere) {
  if (isThere()) return;
  const isDebian =
    existsSync('/etc/os-release') &&
    /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (process.getuid?.() === 0 && isDebian) {
    console.log(
      'There is no Chromium on this machine: running "apt-get update && apt-get install -y chromium"',
    );
    const script = 'apt-get update && apt-get install -y --no-install-recommends chromium';
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { stderr } = spawnSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' });
    if (isThere()) return;
    console.error(stderr.trim().split('\n').slice(-2).join('\n'));
  }
  console.error(
    'There is no Chromium: the tests that need a browser are LEFT OUT. Install it, or set CHROMIUM=/path/to/it.',
  );
}
