import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  EVENT_TYPES,
  FormatterRegistry,
  parseCallData,
  PAYLOAD_FORMATS,
  sampleCallData,
} from '@app/formatting';
import { callFixtures, fieldCases } from '../fixtures/calls';

const run = promisify(execFile);

/**
 * A program in each language that parses one body a line and prints the SHA-256 of every value in it, by its path: type
 * and value. Numbers are printed as the 64 bits of a double, so that no language's formatting matters.
 */
const NODE = String.raw`
const hash = require('node:crypto');
const { readFileSync } = require('node:fs');
function walk(value, path, out) {
  if (value === null) out.push(path + '=null');
  else if (typeof value === 'boolean') out.push(path + '=' + value);
  else if (typeof value === 'number') { const bits = Buffer.alloc(8); bits.writeDoubleBE(value); out.push(path + '=n' + bits.toString('hex')); }
  else if (typeof value === 'string') out.push(path + '=s' + Buffer.from(value, 'utf8').toString('hex'));
  else if (Array.isArray(value)) { out.push(path + '=l' + value.length); value.forEach((item, i) => walk(item, path + '/' + i, out)); }
  else { const keys = Object.keys(value); out.push(path + '=o' + keys.length); for (const key of keys) walk(value[key], path + '/' + Buffer.from(key, 'utf8').toString('hex'), out); }
}
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const out = []; walk(JSON.parse(line), '', out); out.sort();
  console.log(hash.createHash('sha256').update(out.join('\n')).digest('hex'));
}`;

const PYTHON = String.raw`
import hashlib, json, struct, sys
def pairs(items):
    if len(set(key for key, _ in items)) != len(items): raise ValueError('duplicate name')
    return dict(items)
def walk(value, path, out):
    if value is None: out.append(path + '=null')
    elif isinstance(value, bool): out.append(path + ('=true' if value else '=false'))
    elif isinstance(value, (int, float)):
        out.append(path + '=n' + struct.pack('>d', value).hex())
    elif isinstance(value, str): out.append(path + '=s' + value.encode('utf-8').hex())
    elif isinstance(value, list):
        out.append(path + '=l' + str(len(value)))
        for i, item in enumerate(value): walk(item, path + '/' + str(i), out)
    else:
        out.append(path + '=o' + str(len(value)))
        for key, item in value.items(): walk(item, path + '/' + key.encode('utf-8').hex(), out)
for line in open(sys.argv[1], encoding='utf-8', newline='\n'):
    if line.strip('\n') == '': continue
    out = []; walk(json.loads(line, object_pairs_hook=pairs), '', out); out.sort()
    print(hashlib.sha256('\n'.join(out).encode()).hexdigest())`;

const PHP = String.raw`<?php
function walk($value, $path, &$out) {
  if ($value === null) $out[] = "$path=null";
  elseif (is_bool($value)) $out[] = "$path=" . ($value ? 'true' : 'false');
  elseif (is_int($value) || is_float($value)) $out[] = "$path=n" . bin2hex(pack('E', $value));
  elseif (is_string($value)) $out[] = "$path=s" . bin2hex($value);
  elseif (is_array($value)) { $out[] = "$path=l" . count($value); foreach ($value as $i => $item) walk($item, "$path/$i", $out); }
  else { $members = get_object_vars($value); $out[] = "$path=o" . count($members); foreach ($members as $key => $item) walk($item, "$path/" . bin2hex((string) $key), $out); }
}
ini_set('memory_limit', '1G');
foreach (explode("\n", file_get_contents($argv[1])) as $line) {
  if ($line === '') continue;
  $out = []; walk(json_decode($line, false, 512, JSON_THROW_ON_ERROR), '', $out); sort($out, SORT_STRING);
  echo hash('sha256', implode("\n", $out)), "\n";
}`;

const RUBY = String.raw`
require 'json'; require 'digest'
def walk(value, path, out)
  case value
  when nil then out << "#{path}=null"
  when true, false then out << "#{path}=#{value}"
  when Numeric then out << "#{path}=n" + [value.to_f].pack('G').unpack1('H*')
  when String
    raise 'not UTF-8' unless value.valid_encoding?
    out << "#{path}=s" + value.unpack1('H*')
  when Array then out << "#{path}=l#{value.size}"; value.each_with_index { |item, i| walk(item, "#{path}/#{i}", out) }
  else out << "#{path}=o#{value.size}"; value.each { |key, item| walk(item, "#{path}/" + key.unpack1('H*'), out) }
  end
end
File.read(ARGV[0], encoding: 'UTF-8').split("\n").each do |line|
  out = []; walk(JSON.parse(line), '', out); out.sort!
  puts Digest::SHA256.hexdigest(out.join("\n"))
end`;

const GO = String.raw`
package main
import ("bufio"; "crypto/sha256"; "encoding/hex"; "encoding/json"; "fmt"; "math"; "os"; "sort"; "strconv"; "strings")
func walk(value any, path string, out *[]string) {
  switch v := value.(type) {
  case nil: *out = append(*out, path+"=null")
  case bool: *out = append(*out, path+"="+strconv.FormatBool(v))
  case float64: *out = append(*out, fmt.Sprintf("%s=n%016x", path, math.Float64bits(v)))
  case string: *out = append(*out, path+"=s"+hex.EncodeToString([]byte(v)))
  case []any: *out = append(*out, path+"=l"+strconv.Itoa(len(v))); for i, item := range v { walk(item, path+"/"+strconv.Itoa(i), out) }
  case map[string]any: *out = append(*out, path+"=o"+strconv.Itoa(len(v))); for key, item := range v { walk(item, path+"/"+hex.EncodeToString([]byte(key)), out) }
  }
}
func main() {
  file, _ := os.Open(os.Args[1]); lines := bufio.NewScanner(file); lines.Buffer(nil, 64<<20)
  for lines.Scan() {
    if lines.Text() == "" { continue }
    var value any
    if err := json.Unmarshal(lines.Bytes(), &value); err != nil { panic(err) }
    out := []string{}; walk(value, "", &out); sort.Strings(out)
    sum := sha256.Sum256([]byte(strings.Join(out, "\n"))); fmt.Println(hex.EncodeToString(sum[:]))
  }
}`;

interface Language {
  name: string;
  file: string;
  program: string;
  /** Tells whether the language is installed. */
  probe: [command: string, ...args: string[]];
  command: (program: string, bodies: string) => [command: string, ...args: string[]];
}

const LANGUAGES: Language[] = [
  { name: 'Node', file: 'read.cjs', program: NODE, probe: [process.execPath, '--version'], command: (program, bodies) => [process.execPath, program, bodies] },
  { name: 'Python', file: 'read.py', program: PYTHON, probe: ['python3', '--version'], command: (program, bodies) => ['python3', program, bodies] },
  { name: 'PHP', file: 'read.php', program: PHP, probe: ['php', '--version'], command: (program, bodies) => ['php', program, bodies] },
  { name: 'Ruby', file: 'read.rb', program: RUBY, probe: ['ruby', '--version'], command: (program, bodies) => ['ruby', program, bodies] },
  { name: 'Go', file: 'read.go', program: GO, probe: ['go', 'version'], command: (program, bodies) => ['go', 'run', program, bodies] },
]; // prettier-ignore

jest.setTimeout(120_000);

describe('the bodies of every fixture and case, in both formats', () => {
  let folder: string;
  const bodies: { name: string; text: string }[] = [];
  const ran: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'skipcalls-bodies-'));
    const records: [string, unknown][] = [
      ...callFixtures().map(({ name, data }): [string, unknown] => [name, data]),
      ...Object.entries(fieldCases()),
      ...EVENT_TYPES.map((type): [string, unknown] => [`sample ${type}`, sampleCallData(type)]),
      ['all that is hard to read', HARD],
    ];
    for (const [name, record] of records) {
      const parsed = parseCallData(record);
      if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.errors)}`);
      const event = { id: 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22', type: EVENT_TYPES[0], occurredAt: new Date(0), data: parsed.json, test: false }; // prettier-ignore
      for (const format of PAYLOAD_FORMATS)
        bodies.push({
          name: `${name}, ${format}`,
          text: new FormatterRegistry().get(format).render(event).toString('utf8'),
        });
    }
    writeFileSync(join(folder, 'bodies.txt'), bodies.map(({ text }) => `${text}\n`).join(''));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    console.log(`Bodies were read by ${ran.join(', ')}.`);
  });

  it.each(LANGUAGES.map((language) => [language.name, language] as const))(
    'mean the same in %s, value by value',
    async (name, { file, program, probe: [probe, ...probeArgs], command }) => {
      const isInstalled = await run(probe, probeArgs).then(
        () => true,
        () => false,
      );
      if (!isInstalled) return;
      ran.push(name);
      writeFileSync(join(folder, file), program);
      const [executable, ...args] = command(join(folder, file), join(folder, 'bodies.txt'));
      const { stdout } = await run(executable, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
      const digests = stdout.trim().split('\n');
      const different = bodies.filter(({ text }, i) => digests[i] !== digestOf(JSON.parse(text) as unknown));
      expect(digests).toHaveLength(bodies.length);
      expect(different.map((body) => body.name)).toEqual([]);
    },
  );
});

const HARD = {
  call: {
    id: 'call_hard',
    status: 'completed',
    metadata: {
      '': 'no name',
      'a\u0000b': 'NUL',
      '\ufeff': 'BOM',
      '1': 1,
      '01': 2,
      'a/b~c': 3,
      '\u2028': '\u2029',
    },
  },
  phoneNumbers: {},
  transcript: { text: 'cut \ud83d, \uffff, \u{1fffe}, whole 👩‍👩‍👧, combining e\u0301, RTL \u202e, NUL \u0000' },
  dataCollected: {
    numbers: [
      0, -0, 1e21, 1.5e-7, 5e-324, 1.7976931348623157e308, 9007199254740992, 0.1, 93.49999999999999, -1,
    ],
    'half \ud83d': '\udc4b',
    deep: JSON.parse(`${'['.repeat(20)}1${']'.repeat(20)}`) as unknown,
    empty: [{}, [], '', null],
  },
  evaluationResults: [
    { name: 'score', result: -0 },
    { name: '点数 🎯', result: 8.5, rationale: '漢字' },
  ],
};

/** What each program prints of a value. */
function digestOf(value: unknown): string {
  const lines: string[] = [];
  collect(value, '', lines);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

function collect(value: unknown, path: string, lines: string[]): void {
  const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
  if (value === null || typeof value === 'boolean') {
    lines.push(`${path}=${value}`);
  } else if (typeof value === 'number') {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(value);
    lines.push(`${path}=n${bits.toString('hex')}`);
  } else if (typeof value === 'string') {
    lines.push(`${path}=s${hex(value)}`);
  } else if (Array.isArray(value)) {
    lines.push(`${path}=l${value.length}`);
    value.forEach((item, i) => collect(item, `${path}/${i}`, lines));
  } else {
    const members = Object.entries(value as object);
    lines.push(`${path}=o${members.length}`);
    for (const [key, member] of members) collect(member, `${path}/${hex(key)}`, lines);
  }
}
