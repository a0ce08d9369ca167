import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { EVENT_TYPE_CATALOG, EVENT_TYPES, type JsonSchema } from '@app/formatting';
import { generateSecret, Signer } from '@app/signing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { SNIPPET_RUNTIMES } from '../support/snippet-runtimes';

/** docs/receiving-webhooks.md: its tables name every field there is, and its code does what it says. */
const DOC = readFileSync(resolve(__dirname, '../../docs/receiving-webhooks.md'), 'utf8');

function snippet(name: string): string {
  const found = new RegExp(`^\`\`\`\\w+ run:${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(DOC);
  if (!found) throw new Error(`There is no snippet run:${name}`);
  return found[1];
}

const SECRET = 'typed secret ✓';
const BODY = Buffer.from('{"id":"evt_1","text":"Größe 👋 \\u2028 مرحبا"}\n');
const hex = (body: Buffer, secret: string) => createHmac('sha256', secret).update(body).digest('hex');
const right = hex(BODY, SECRET);
const whsec = generateSecret();

/** What each function is asked, and what it has to answer. */
const CASES: { what: string; body: Buffer; signature: string; secret: string; expected: boolean }[] = [
  { what: 'a right signature', body: BODY, signature: right, secret: SECRET, expected: true },
  {
    what: 'a generated secret, whole',
    body: BODY,
    signature: hex(BODY, whsec),
    secret: whsec,
    expected: true,
  },
  {
    what: 'an empty body',
    body: Buffer.alloc(0),
    signature: hex(Buffer.alloc(0), SECRET),
    secret: SECRET,
    expected: true,
  },
  {
    what: 'bytes that are no UTF-8',
    body: Buffer.from([0xff, 0, 0xfe]),
    signature: hex(Buffer.from([0xff, 0, 0xfe]), SECRET),
    secret: SECRET,
    expected: true,
  },
  { what: 'another body', body: BODY.subarray(0, -1), signature: right, secret: SECRET, expected: false },
  { what: 'another secret', body: BODY, signature: right, secret: 'other', expected: false },
  { what: 'no signature', body: BODY, signature: '', secret: SECRET, expected: false },
  { what: 'half a signature', body: BODY, signature: right.slice(0, 32), secret: SECRET, expected: false },
  { what: 'a longer signature', body: BODY, signature: `${right}00`, secret: SECRET, expected: false },
  { what: 'what is no hex', body: BODY, signature: 'zz'.repeat(32), secret: SECRET, expected: false },
  { what: 'what is no ASCII', body: BODY, signature: 'ü'.repeat(64), secret: SECRET, expected: false },
];

let folder: string;

beforeAll(() => {
  const cache = resolve(__dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'receiving-webhooks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(directory: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(resolve(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

const isHere = (command: string) => spawnSync('which', [command]).status === 0;

describe('docs/receiving-webhooks.md', () => {
  it('names every field of the nested body in its table', () => {
    const paths: string[] = [];
    const walk = (schema: JsonSchema, path: string): void => {
      for (const [name, field] of Object.entries(
        (schema['properties'] ?? {}) as Record<string, JsonSchema>,
      )) {
        const here = path ? `${path}.${name}` : name;
        if (field['items']) {
          paths.push(here);
          walk(field['items'] as JsonSchema, `${here}[]`);
        } else if (field['properties']) {
          walk(field, here);
        } else {
          paths.push(here);
        }
      }
    };
    walk(EVENT_TYPE_CATALOG[0].schema.DEFAULT, '');
    const rows = DOC.replace(/ +/g, ' ');
    expect(paths.length).toBeGreaterThan(35);
    expect(paths.filter((path) => !rows.includes(`| \`${path}\` |`))).toEqual([]);
  });

  it('names every fixed key of the flat body, every event and every header', () => {
    const keys = (EVENT_TYPE_CATALOG[0].schema.ZAPIER as { required: string[] }).required;
    const headers = [
      'Content-Type',
      'User-Agent',
      'X-Webhook-Signature',
      'X-Webhook-Signature-Previous',
      'X-Webhook-Event',
      'X-Webhook-Delivery',
    ].concat(['X-Webhook-Attempt', 'X-Webhook-Test', 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
    expect([...keys, ...EVENT_TYPES, ...headers].filter((name) => !DOC.includes(`\`${name}\``))).toEqual([]);
  });

  it('shows a body that has all of the fields, and only those', () => {
    const [, shown] = /```json\n([\s\S]*?)```/.exec(DOC)!;
    const shape = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.slice(0, 1).map(shape)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]))
          : null;
    const free = { metadata: {}, dataCollected: {} };
    const bare = (value: unknown) =>
      JSON.parse(JSON.stringify(value), (key, member) => (key in free ? null : member));
    expect(shape(bare(JSON.parse(shown)))).toEqual(shape(bare(EVENT_TYPE_CATALOG[0].example.DEFAULT)));
  });
});

describe.each(Object.entries(SNIPPET_RUNTIMES))('its function in %s', (name, { command, files, steps }) => {
  // A runtime that is not on this machine can tell nothing; its snippet is still there to be run elsewhere.
  (isHere(command) ? it : it.skip)(
    'tells right signatures from wrong ones',
    () => {
      const directory = join(folder, name);
      const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
      const lines = CASES.map(({ body, signature, secret }) =>
        [body, signature, secret].map(base64).join('\t'),
      );
      write(directory, { ...files(snippet(name)), 'cases.tsv': lines.join('\n') });
      let output = '';
      for (const [program, ...args] of steps) {
        output = execFileSync(program, args, {
          cwd: directory,
          encoding: 'utf8',
          env: { ...process.env, NODE_OPTIONS: '' },
        });
      }
      const answers = output.trim().split(/\r?\n/);
      expect(CASES.map(({ what }, index) => `${what}: ${answers[index]}`)).toEqual(
        CASES.map(({ what, expected }) => `${what}: ${expected}`),
      );
    },
    180_000,
  );
});

describe('its other code', () => {
  function signed(secret: string, secondsAgo = 0): Record<string, string> {
    const now = Math.floor(Date.now() / 1000) - secondsAgo;
    return {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(now),
      ...new Signer([secret]).sign(BODY, 'evt_1', now),
    };
  }

  (isHere('python3') ? it : it.skip)(
    'in Python refuses what is old, and takes typed and generated secrets',
    () => {
      const directory = join(folder, 'python-standard');
      const main = [
        'import json',
        'from base64 import b64decode as text',
        'from standard import is_from_skipcalls',
        'for body, headers, secret in json.load(open("cases.json")):',
        '    print(is_from_skipcalls(text(body), headers, secret))',
      ];
      const body = BODY.toString('base64');
      const rotated = {
        ...signed(whsec),
        'webhook-signature': `v1,AAAA ${signed(whsec)['webhook-signature']}`,
      };
      const cases = [
        [body, signed(whsec), whsec],
        [body, signed(SECRET), SECRET],
        [body, rotated, whsec],
        [body, signed(whsec), SECRET],
        [body, signed(whsec, 301), whsec],
        [body, { ...signed(whsec), 'webhook-id': 'evt_2' }, whsec],
      ];
      write(directory, {
        'standard.py': snippet('python-standard'),
        'main.py': main.join('\n'),
        'cases.json': JSON.stringify(cases),
      });
      const output = execFileSync('python3', ['main.py'], { cwd: directory, encoding: 'utf8' });
      expect(output.trim().split('\n')).toEqual(['True', 'True', 'True', 'False', 'False', 'False']);
    },
    60_000,
  );

  it.each(
    ['node-one-liner', 'python-one-liner'].filter((name) =>
      isHere(name.startsWith('node') ? 'node' : 'python3'),
    ),
  )('in sh checks one request by hand: %s', (name) => {
    const directory = join(folder, name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'body.json'), BODY);
    const answer = (signature: string) =>
      execFileSync('sh', ['-c', snippet(name)], {
        cwd: directory,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          SECRET,
          SIGNATURE: signature,
        },
      });
    expect(answer(right).trim().toLowerCase()).toBe('true');
    expect(answer(hex(BODY, 'other')).trim().toLowerCase()).toBe('false');
  });

  it('with our package gives the payload, or throws', () => {
    const directory = join(folder, 'package');
    const link = join(directory, 'node_modules/@skipcalls/webhooks');
    execFileSync(process.execPath, [resolve(__dirname, '../../libs/signing/build.mjs'), join(link, 'dist')]);
    write(directory, {
      'node_modules/@skipcalls/webhooks/package.json': readFileSync(
        resolve(__dirname, '../../libs/signing/package.json'),
        'utf8',
      ),
      'snippet.mjs': snippet('node-package'),
      'main.mjs': `
        import { receive } from './snippet.mjs';
        const [body, headers, secret] = JSON.parse(process.argv[2]);
        console.log(receive(Buffer.from(body, 'base64'), headers, secret).id);
        try { receive('{}', headers, secret); } catch (error) { console.log(error.name); }`,
    });
    const argument = JSON.stringify([BODY.toString('base64'), signed(whsec), whsec]);
    const output = execFileSync(process.execPath, ['main.mjs', argument], {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    expect(output).toBe('evt_1\nWebhookVerificationError\n');
  }, 60_000);

  it('accepts either secret during a rotation, by the plain headers', () => {
    const directory = join(folder, 'rotation');
    write(directory, {
      'snippet.mjs': snippet('node-rotation'),
      'main.mjs': `
        import { isFromSkipCalls } from './snippet.mjs';
        const [body, headers, ...secrets] = JSON.parse(process.argv[2]);
        console.log(secrets.map((secret) => isFromSkipCalls(Buffer.from(body, 'base64'), headers, secret)).join());`,
    });
    const headers = {
      'x-webhook-signature': hex(BODY, 'the new one'),
      'x-webhook-signature-previous': hex(BODY, 'the old one'),
    };
    const argument = JSON.stringify([
      BODY.toString('base64'),
      headers,
      'the new one',
      'the old one',
      'other',
    ]);
    expect(execFileSync(process.execPath, ['main.mjs', argument], { cwd: directory, encoding: 'utf8' })).toBe(
      'true,true,false\n',
    );
  });

  it('names a mode of the standardwebhooks package that verifies a typed secret', () => {
    expect(DOC).toContain('new Webhook(new TextEncoder().encode(secret), { format: "raw" })');
    for (const typed of ['my own secret', 'motdepasse-é-🔑-2026']) {
      expect(
        new StandardWebhook(new TextEncoder().encode(typed), { format: 'raw' }).verify(BODY, signed(typed)),
      ).toBeDefined();
      // What PHP and Ruby do.
      const encoded = Buffer.from(typed).toString('base64');
      expect(new StandardWebhook(encoded).verify(BODY, signed(typed))).toBeDefined();
    }
  });

  (isHere('openssl') && isHere('curl') ? it : it.skip)(
    'in sh sends a signed request',
    async () => {
      const requests: { signature: unknown; body: Buffer }[] = [];
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          requests.push({ signature: request.headers['x-webhook-signature'], body: Buffer.concat(chunks) });
          response.end('ok');
        });
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
      const child = spawn('sh', ['-c', snippet('sh')], {
        env: { PATH: process.env['PATH'], SECRET, URL: url },
      });
      await new Promise((done) => child.once('close', done));
      await new Promise((done) => server.close(done));
      expect(requests).toHaveLength(1);
      expect(requests[0].signature).toBe(hex(requests[0].body, SECRET));
      expect(JSON.parse(requests[0].body.toString())).toMatchObject({ type: 'CALL_COMPLETED', test: true });
    },
    60_000,
  );
});
