import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './chromium';

/** Starts a headless Chromium that calls nobody. Close it after the tests. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('There is no Chromium on this machine: install it, or name one by CHROMIUM=/path/to/it.');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** `describe` for tests that need a browser. `npm test` installs one where it can, and says so where it cannot. */
export const describeInBrowser: jest.Describe = findChromium() ? describe : describe.skip;
