import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PUBLISHER_TOKEN, type TestApp } from './app';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A page in a browser of its own, with what went wrong in it. */
export class Visit {
  /** Uncaught errors, and whatever the content security policy has stopped. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly base: string,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      // Statuses that the API answers are told by the page itself, and tested as such.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.errors.push(text);
    });
  }

  static async begin(app: TestApp, browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({
      timezoneId: 'Europe/Berlin',
      viewport: { width: 1280, height: 860 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(10_000);
    return new Visit(await context.newPage(), `${app.url}/dashboard`);
  }

  /** Opens the dashboard by a link, as from the product. */
  async signIn(app: TestApp, accountId: string): Promise<this> {
    await this.useLink(await dashboardLink(app, accountId));
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    return this;
  }

  /** Opens a login link, and presses the one button of its page. */
  async useLink(url: string): Promise<void> {
    await this.page.goto(url);
    await this.button('Continue');
    await this.page.waitForURL((at) => !at.pathname.startsWith('/dashboard/login'));
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.base + path);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /** Waits until a text is seen, in an open dialog if there is one. */
  async sees(text: string | RegExp, withinMs = 10_000): Promise<void> {
    const seen = this.page.getByText(text).filter({ visible: true }).first();
    await seen.waitFor({ timeout: withinMs }).catch(async () => {
      const dialog = this.page.getByRole('dialog');
      const shown = await (
        (await dialog.count()) > 0 ? dialog.first() : this.page.locator('body')
      ).innerText();
      throw new Error(`"${text}" is not seen, but:\n${shown.slice(0, 2_000)}`);
    });
  }

  async button(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name, exact: typeof name === 'string' }).click();
  }

  /** What axe finds against WCAG 2.2 AA and its best practices, one line each. */
  async violations(of: 'all' | 'colours' | 'all but colours' = 'all'): Promise<string[]> {
    if (!(await this.page.evaluate(`'axe' in window`))) await this.page.evaluate(`${AXE};0`);
    // Contrast is by far what takes longest, and the one rule that depends on the look.
    const options = JSON.stringify({
      resultTypes: ['violations'],
      ...(of === 'colours' ? { runOnly: ['color-contrast'] } : { runOnly: RULES }),
      ...(of === 'all but colours' ? { rules: { 'color-contrast': { enabled: false } } } : {}),
    });
    const results = await this.page.evaluate<AxeResults>(`axe.run(document, ${options})`);
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
    );
  }

  /** How many pixels the page is wider than its window. */
  async overflow(): Promise<number> {
    return this.page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)');
  }

  async end(): Promise<void> {
    await this.page.context().close();
  }
}

/** A dashboard link, under the address that the tests use: links name `localhost`, which has cookies of its own. */
export async function dashboardLink(app: TestApp, accountId: string): Promise<string> {
  const { body } = await app
    .http(PUBLISHER_TOKEN)
    .post<{ url: string }>(`/internal/v1/accounts/${accountId}/dashboard-links`);
  const { pathname, search } = new URL(body.url);
  return app.url + pathname + search;
}
