import { execFileSync, fork, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transformFileSync, type Options } from '@swc/core';
import { EVENT_TYPE_CATALOG, type CallData, type EventType } from '@app/formatting';
import { generateSecret, Signer, type DefaultPayload, type ZapierPayload } from '@app/signing';
import { eventually } from '../support';

/**
 * The package @skipcalls/webhooks as its users get it: packed, unpacked into a node_modules of its own, required,
 * imported, compiled against, and used by the receivers that its README shows.
 */
const LIB = resolve(__dirname, '../../libs/signing');
const EXAMPLES = ['express', 'fastify', 'nest'] as const;

// Our own types and the package's have to be the same; `npm run check` compiles this.
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const sameRecord: Same<DefaultPayload['data'], CallData> = true;
const sameTypes: Same<DefaultPayload['type'], EventType> = true;

let folder: string;

beforeAll(() => {
  // Below node_modules, so that the examples find express, fastify and Nest where this repository has them.
  const cache = resolve(__dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'receivers-package-'));
  // Packing builds next to the sources, where another run of these tests may be at it, too.
  const copy = join(folder, 'sources');
  cpSync(LIB, copy, { recursive: true, filter: (path) => path !== join(LIB, 'dist') });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: copy,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
  const installed = join(folder, 'node_modules/@skipcalls/webhooks');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  for (const example of EXAMPLES)
    writeFileSync(join(folder, `${example}.js`), compiled(`${LIB}/examples/${example}.ts`));
  writeFileSync(join(folder, 'serve.js'), SERVE);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package @skipcalls/webhooks', () => {
  it('has no dependencies, and holds no tests', () => {
    const manifest = JSON.parse(
      readFileSync(join(folder, 'node_modules/@skipcalls/webhooks/package.json'), 'utf8'),
    );
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['dependencies']));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['peerDependencies']));
    const files = execFileSync('find', ['node_modules', '-type', 'f'], { cwd: folder, encoding: 'utf8' });
    expect(files).toContain('dist/index.d.ts');
    expect(files).not.toMatch(/spec|examples/);
  });

  it.each([
    ['required', 'cjs', "const { verify, Signer } = require('@skipcalls/webhooks');"],
    ['imported', 'mjs', "import { verify, Signer } from '@skipcalls/webhooks';"],
  ])('verifies when it is %s', (_how, extension, first) => {
    const script = join(folder, `use.${extension}`);
    writeFileSync(
      script,
      `${first}
      const body = Buffer.from('{"id":"evt_1"}');
      const now = Math.floor(Date.now() / 1000);
      const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(now), ...new Signer(['s']).sign(body, 'evt_1', now) };
      console.log(verify(body, headers, 's').id);
      try { verify(body, headers, 't'); } catch (error) { console.log(error.name, error.reason); }`,
    );
    const said = execFileSync(process.execPath, [script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(said).toBe('evt_1\nWebhookVerificationError SIGNATURE_MISMATCH\n');
  });

  it('has types that a strict compiler takes, that narrow by event, and that refuse what is not there', () => {
    const lines = [
      `import { verify, type CallCompleted, type ZapierPayload } from '@skipcalls/webhooks';`,
      `export const payload = verify(Buffer.from(''), new Headers(), ['new', 'old'], { toleranceSeconds: 60 });`,
      `export const short: string | null | undefined = payload.data.summaries?.short;`,
      `export const completed = payload.type === 'CALL_COMPLETED' ? (payload as CallCompleted) : null;`,
      `export const flat = verify<ZapierPayload>('', { 'webhook-id': ['x'] }, 's');`,
      `export const budget: string | number | boolean | null | undefined = flat.collected_budget;`,
      `export const count: number = flat.evaluation_count;`,
      `// @ts-expect-error no such field`,
      `export const nothing = payload.data.cost;`,
      `// @ts-expect-error no such event`,
      `export const never = payload.type === 'CALL_STARTED';`,
      `// @ts-expect-error may be null`,
      `export const text: string = payload.data.transcript.text;`,
    ];
    const file = join(folder, 'types.ts');
    writeFileSync(file, lines.join('\n'));
    // In a process of its own: within Jest the compiler takes ten times as long.
    const compiler = require.resolve('typescript/bin/tsc');
    const options =
      '--noEmit --strict --noUncheckedIndexedAccess --module node16 --target es2022 --skipLibCheck --types node';
    const result = spawnSync(process.execPath, [compiler, ...options.split(' '), file], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  }, 60_000);

  it('has types for just what bodies hold', () => {
    expect([sameRecord, sameTypes]).toEqual([true, true]);
    // A compiler that knows the fixed keys one by one, against the schema that customers are shown.
    const example: ZapierPayload = EVENT_TYPE_CATALOG[0].example.ZAPIER as unknown as ZapierPayload;
    const fixed = (EVENT_TYPE_CATALOG[0].schema.ZAPIER as { required: string[] }).required;
    const source = readFileSync(join(LIB, 'src/core/payloads.ts'), 'utf8');
    const declared = source.slice(source.indexOf('interface ZapierPayload')).matchAll(/^ {2}([a-z_]+): /gm);
    expect([...declared].map(([, key]) => key)).toEqual(fixed);
    expect(example.event_type).toBe('CALL_COMPLETED');
  });

  it.each(EXAMPLES)('is shown with %s in its README as that example really is', (example) => {
    const source = readFileSync(join(LIB, `examples/${example}.ts`), 'utf8').trimEnd();
    expect(readFileSync(join(LIB, 'README.md'), 'utf8')).toContain('```ts\n' + source + '\n```');
  });
});

describe.each(EXAMPLES)('the receiver with %s', (example) => {
  const secret = generateSecret();
  const body = Buffer.from(
    JSON.stringify({ ...EVENT_TYPE_CATALOG[0].example.DEFAULT, note: 'Größe 👋\u2028' }),
  );
  let receiver: ChildProcess;
  let url: string;
  const kept: unknown[] = [];

  beforeAll(async () => {
    receiver = fork(join(folder, 'serve.js'), [example, secret], { execArgv: [] });
    url = await new Promise((ready, failed) => {
      receiver.on('message', (message: { port?: number; kept?: unknown }) => {
        if (message.port) ready(`http://127.0.0.1:${message.port}/webhooks/skipcalls`);
        else kept.push(message.kept);
      });
      receiver.once('exit', (code) => failed(new Error(`The ${example} receiver ended with ${code}`)));
    });
  }, 30_000);
  afterAll(() => receiver?.kill());
  beforeEach(() => void kept.splice(0));

  async function post(sent: Buffer, headers: Record<string, string>): Promise<number> {
    const answer = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(sent),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return answer.status;
  }

  function signed(by: string, secondsAgo = 0): Record<string, string> {
    const now = Math.floor(Date.now() / 1000) - secondsAgo;
    return {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(now),
      ...new Signer([by]).sign(body, 'evt_1', now),
    };
  }

  it('keeps what SkipCalls has signed, and answers 204', async () => {
    expect(await post(body, signed(secret))).toBe(204);
    await eventually(() => expect(kept).toEqual([JSON.parse(body.toString())]));
  });

  it('answers 401 and keeps nothing of a stranger, of an unsigned, an old or a changed request', async () => {
    expect(await post(body, signed(generateSecret()))).toBe(401);
    expect(await post(body, {})).toBe(401);
    expect(await post(body, signed(secret, 400))).toBe(401);
    expect(await post(Buffer.concat([body, Buffer.from(' ')]), signed(secret))).toBe(401);
    expect(kept).toEqual([]);
  });

  it('takes a body of 3 MB', async () => {
    const large = Buffer.from(JSON.stringify({ id: 'evt_2', text: 'x'.repeat(3_000_000) }));
    const now = Math.floor(Date.now() / 1000);
    const headers = {
      'webhook-id': 'evt_2',
      'webhook-timestamp': String(now),
      ...new Signer([secret]).sign(large, 'evt_2', now),
    };
    expect(await post(large, headers)).toBe(204);
  });
});

function compiled(file: string): string {
  return transformFileSync(file, jest.requireActual<Options>('../../scripts/swc-options.cjs')).code;
}

/** Starts an example on a free port, and tells its parent the port and whatever it keeps. */
const SERVE = `
  const [example, secret] = process.argv.slice(2);
  const keep = async (payload) => void process.send({ kept: payload });
  Promise.resolve(require('./' + example).start(0, secret, keep)).then((server) => {
    const tell = () => process.send({ port: server.address().port });
    if (server.listening) tell(); else server.once('listening', tell);
  });
  process.on('disconnect', () => process.exit());
`;
