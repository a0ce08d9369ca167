import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiModule } from '../../apps/api/src/api.module';
import { DispatcherModule } from '../../apps/dispatcher/src/dispatcher.module';
import { InspectorModule } from '../../apps/standalone/src/inspector/inspector.module';
import { PUBLISHER_TOKEN, startApp, type TestApp } from '../support';

const page = readFileSync(join(__dirname, '../../docs/api-walkthrough.md'), 'utf8');

/** The shell blocks below a heading. */
function commandsOf(section: string): string {
  const text = page.split(/^## /m).find((part) => part.startsWith(section));
  return [...(text ?? '').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code).join('\n');
}

describe('docs/api-walkthrough.md', () => {
  let app: TestApp;
  let folder: string;
  let output: Record<string, string>;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiModule, DispatcherModule, InspectorModule] });
    folder = mkdtempSync(join(tmpdir(), 'walkthrough-'));
    const sections = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const setting = /```sh\n([\s\S]*?)```/.exec(page)![1];
    const script = sections.map((section) => `echo "=== ${section}"\n${commandsOf(section)}`).join('\n');
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-euo', 'pipefail', '-c', `${setting}\n${script}`],
      {
        cwd: folder,
        env: { ...process.env, API: app.url, PUBLISHER_TOKEN },
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    output = Object.fromEntries(
      stdout
        .split('=== ')
        .slice(1)
        .map((part) => [part[0], part.slice(2)]),
    );
  }, 90_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await app.close();
  });

  /** The answers of a section, one JSON text a line. */
  const answers = (section: string): any[] =>
    output[section]
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));

  it('makes an account whose key works', () => {
    expect(answers('1')).toEqual([
      expect.objectContaining({ apiKey: expect.stringMatching(/^skc_live_/) }),
      { data: [], nextCursor: null },
      expect.objectContaining({ name: 'CRM server', scopes: ['READ', 'MANAGE'] }),
    ]);
  });

  it('makes a webhook that does not tell its secret, and tests it', () => {
    const [webhook, test] = answers('2');
    expect(webhook).toMatchObject({ hasSecret: true, status: 'ACTIVE' });
    expect(output['2']).not.toContain('correct horse');
    expect(test).toMatchObject({ delivered: true, statusCode: 200 });
  });

  it('delivers a call, and shows the attempt', () => {
    const [accepted, list, delivery] = answers('3');
    expect(accepted).toMatchObject({ deliveries: 1, duplicate: false });
    expect(list.data).toMatchObject([{ callId: 'call_1', status: 'DELIVERED' }]);
    expect(delivery.attempts).toMatchObject([{ number: 1, statusCode: 200 }]);
  });

  it('verifies what arrived', () => {
    expect(output['4']).toMatch(/^The signature is right [0-9a-f]{64}$/m);
  });

  it('shows a retry that is due, and a failure after four attempts', () => {
    const [, , pending, failed, delivery] = answers('5');
    expect(pending.data).toMatchObject([{ status: 'PENDING', waitingFor: 'RETRY_DUE' }]);
    expect(failed.data).toMatchObject([{ callId: 'call_2', status: 'FAILED' }]);
    expect(delivery.attempts.map((attempt: any) => attempt.statusCode)).toEqual([503, 503, 503, 503]);
  });

  it('replays what failed', () => {
    const [, asked, replay, delivery] = answers('6');
    expect(asked).toMatchObject({ which: 'failed', status: 'RUNNING', count: 1, isCounted: true, queued: 0 });
    expect(replay).toMatchObject({ status: 'DONE', queued: 1 });
    expect(delivery).toMatchObject({ status: 'DELIVERED', attemptCount: 5 });
    expect(delivery.attempts.at(-1)).toMatchObject({ trigger: 'replay', statusCode: 200 });
  });

  it('replays what was missed while it was paused', () => {
    const [, accepted, , replay, list] = answers('7');
    expect(accepted).toMatchObject({ deliveries: 0 });
    expect(replay).toMatchObject({ count: 1 });
    expect(list.data).toMatchObject([{ callId: 'call_3', status: 'DELIVERED', trigger: 'replay' }]);
  });

  it('tells how it went, and forgets what was said', () => {
    const [stats, , event] = answers('8');
    expect(stats.byOutcome).toMatchObject({ DELIVERED: 4, HTTP_ERROR: 4 });
    expect(event).toMatchObject({ callId: 'call_1', data: null, deliveries: [{ status: 'DELIVERED' }] });
  });
});
