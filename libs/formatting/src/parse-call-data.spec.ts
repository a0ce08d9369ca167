import fc from 'fast-check';
import type { JsonValue } from './call-data';
import { MAX_DEPTH } from './free-json';
import { parseCallData } from './parse-call-data';
import { sampleCallData } from './samples';

const MINIMAL = {
  call: { id: 'call_1', status: 'completed', startedAt: '2026-11-23T10:00:00Z' },
  phoneNumbers: { from: '+14155550100', to: '+442071838750' },
};

/** The minimal record with one field set, by its path below `data`. */
function withField(path: string, value: unknown): unknown {
  const record = structuredClone(MINIMAL) as Record<string, unknown>;
  const keys = path.split('.');
  let parent = record;
  for (const key of keys.slice(0, -1)) parent = (parent[key] ??= {}) as Record<string, unknown>;
  parent[keys.at(-1)!] = value;
  return record;
}

function parsed(input: unknown) {
  const result = parseCallData(input);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result;
}

function errorsOf(input: unknown) {
  const result = parseCallData(input);
  if (result.ok) throw new Error('was accepted');
  return result.errors;
}

/** An object so many levels deep, with lists between. */
function nested(depth: number): JsonValue {
  let value: JsonValue = {};
  for (let i = depth - 1; i > 0; i--) value = i % 2 ? { a: value } : [value];
  return value;
}

/** The same without the characters that RFC 7493 forbids. */
function asRfc7493(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/\\u(d[89a-f]..)/g, (_, unit: string) =>
    String.fromCharCode(parseInt(unit, 16)),
  );
  return JSON.parse(text.replace(/\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, ''));
}

describe('parseCallData', () => {
  it('fills in every section that the publisher left out', () => {
    const { data, json } = parsed(MINIMAL);
    expect(data).toEqual({
      call: {
        id: 'call_1',
        title: null,
        status: 'completed',
        direction: null,
        durationSeconds: null,
        startedAt: '2026-11-23T10:00:00.000Z',
        finishedAt: null,
        endReason: null,
        metadata: {},
      },
      agent: null,
      phoneNumbers: { from: '+14155550100', to: '+442071838750' },
      transcript: null,
      summaries: null,
      recording: null,
      dataCollected: {},
      evaluationResults: [],
      tasks: [],
    });
    expect(json).toBe(JSON.stringify(data));
  });

  it('leaves a whole record as it is, and its own output too', () => {
    const sample = sampleCallData('CALL_COMPLETED');
    expect(parsed(sample).data).toEqual(sample);
    expect(parsed(parsed(sample).data).json).toBe(JSON.stringify(sample));
  });

  it('takes null for whatever may be left out', () => {
    const nothing = [
      'agent',
      'transcript',
      'summaries',
      'recording',
      'dataCollected',
      'evaluationResults',
      'tasks',
    ];
    const record = { ...MINIMAL, ...Object.fromEntries(nothing.map((section) => [section, null])) };
    expect(parsed(record).json).toBe(parsed(MINIMAL).json);
    const call = {
      ...MINIMAL.call,
      title: null,
      direction: null,
      durationSeconds: null,
      finishedAt: null,
      endReason: null,
      metadata: null,
    };
    expect(parsed({ ...MINIMAL, call }).json).toBe(parsed(MINIMAL).json);
  });

  it('makes a section null where it says nothing', () => {
    const empty = {
      agent: {},
      transcript: { messages: [] },
      summaries: { full: null },
      recording: { url: null },
    };
    expect(parsed({ ...MINIMAL, ...empty }).json).toBe(parsed(MINIMAL).json);
    expect(parsed({ ...MINIMAL, transcript: { text: '' } }).data.transcript).toBeNull();
    expect(parsed({ ...MINIMAL, agent: { name: 'Nora' } }).data.agent).toEqual({ id: null, name: 'Nora' });
    expect(parsed({ ...MINIMAL, summaries: { short: '' } }).data.summaries).toEqual({
      full: null,
      short: '',
    });
  });

  it('makes the text of a transcript from its messages where the publisher gave none', () => {
    const messages = [
      { role: 'agent', text: 'Hello…' },
      { role: 'caller', text: 'Hi…', startSeconds: 2, metadata: { tone: 'calm' } },
      { role: 'second_agent', text: 'Two\nlines' },
    ];
    const made = 'Agent: Hello…\nCaller: Hi…\nSecond agent: Two\nlines';
    expect(parsed({ ...MINIMAL, transcript: { messages } }).data.transcript).toEqual({
      text: made,
      messages: [
        { role: 'agent', text: 'Hello…', startSeconds: null, endSeconds: null, metadata: {} },
        { role: 'caller', text: 'Hi…', startSeconds: 2, endSeconds: null, metadata: { tone: 'calm' } },
        { role: 'second_agent', text: 'Two\nlines', startSeconds: null, endSeconds: null, metadata: {} },
      ],
    });
    expect(parsed({ ...MINIMAL, transcript: { text: '', messages } }).data.transcript?.text).toBe(made);
    expect(parsed({ ...MINIMAL, transcript: { text: 'As given', messages } }).data.transcript?.text).toBe(
      'As given',
    );
    expect(parsed({ ...MINIMAL, transcript: { text: 'Alone' } }).data.transcript).toEqual({
      text: 'Alone',
      messages: [],
    });
  });

  it('spells times in UTC with milliseconds', () => {
    const call = {
      ...MINIMAL.call,
      startedAt: '2026-11-23T10:00:00+02:00',
      finishedAt: '2026-11-23T08:01:33.5Z',
    };
    const { data } = parsed({ ...MINIMAL, call, tasks: [{ title: 'x', dueAt: '2026-12-01' }] });
    expect(data.call.startedAt).toBe('2026-11-23T08:00:00.000Z');
    expect(data.call.finishedAt).toBe('2026-11-23T08:01:33.500Z');
    expect(data.tasks[0].dueAt).toBe('2026-12-01');
  });

  const WRONG: [path: string, value: unknown, message: string][] = [
    ['call', 7, 'must be an object'],
    ['call', [], 'must be an object'],
    ['call.id', undefined, 'is required'],
    ['call.id', 7, 'must be text'],
    ['call.id', '', 'must be 1 to 255 characters, none of them a control character'],
    ['call.id', 'a\u0000b', 'must be 1 to 255 characters, none of them a control character'],
    ['call.id', 'a\ud800', 'must be 1 to 255 characters, none of them a control character'],
    ['call.id', 'a'.repeat(256), 'must be 1 to 255 characters, none of them a control character'],
    ['call.status', undefined, 'is required'],
    ['call.status', null, 'must be text'],
    ['call.status', '', 'must not be empty'],
    ['call.status', 'x'.repeat(101), 'must be at most 100 characters'],
    ['call.startedAt', 1764064800, 'must be text or null'],
    [
      'call.startedAt',
      '2026-11-23T10:00:00',
      'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z',
    ],
    ['call.finishedAt', 'soon', 'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z'],
    ['call.finishedAt', 5, 'must be text or null'],
    ['call.direction', 'sideways', 'must be one of incoming, outgoing, null'],
    ['call.durationSeconds', '93', 'must be a number or null'],
    ['call.durationSeconds', -1, 'must be at least 0'],
    ['call.durationSeconds', Number.NaN, 'must be a number or null'],
    ['call.title', 1, 'must be text or null'],
    ['call.metadata', 'x', 'must be an object or null'],
    ['call.metadata', [], 'must be an object or null'],
    ['call.cost', 1, 'is not a known field'],
    ['agent', 'Nora', 'must be an object or null'],
    ['agent.voice', 'x', 'is not a known field'],
    ['phoneNumbers', undefined, 'is required'],
    ['phoneNumbers', null, 'must be an object'],
    ['phoneNumbers.from', 7, 'must be text or null'],
    ['phoneNumbers.from', 'x'.repeat(256), 'must be at most 255 characters'],
    ['phoneNumbers.to', '', 'must not be empty'],
    ['transcript', 'text', 'must be an object or null'],
    ['transcript.messages', {}, 'must be a list or null'],
    ['recording.url', 'ftp://example.com/a', 'must be an http or https URL'],
    ['recording.url', 'javascript:alert(1)', 'must be an http or https URL'],
    ['recording.url', 'https://a b', 'must be an http or https URL'],
    ['summaries.medium', 'x', 'is not a known field'],
    ['dataCollected', [], 'must be an object or null'],
    ['evaluationResults', {}, 'must be a list or null'],
    ['tasks', 'x', 'must be a list or null'],
    ['cost', 1, 'is not a known field'],
    ['constructor', 1, 'is not a known field'],
  ];
  it.each(WRONG)('refuses data.%s = %j: %s', (path, value, message) => {
    expect(errorsOf(withField(path, value))).toEqual([{ path: `data.${path}`, message }]);
  });

  it('tells the place within a list', () => {
    const messages = [
      { role: 'agent', text: 'a' },
      { role: 'agent', text: 'b', metadata: 'x' },
      { text: 'c' },
    ];
    const evaluationResults = [
      { name: 'a', result: 'yes' },
      { name: 'b', result: ['yes'] },
      { name: 'c', result: '🙂'.repeat(201) },
    ];
    expect(
      errorsOf({
        ...MINIMAL,
        transcript: { messages },
        evaluationResults,
        tasks: [{ title: '', dueAt: 'x' }],
      }),
    ).toEqual([
      { path: 'data.transcript.messages[1].metadata', message: 'must be an object or null' },
      { path: 'data.transcript.messages[2].role', message: 'is required' },
      {
        path: 'data.evaluationResults[1].result',
        message: 'must be true or false or a number or text or null',
      },
      { path: 'data.evaluationResults[2].result', message: 'must be at most 200 characters' },
      { path: 'data.tasks[0].title', message: 'must not be empty' },
      {
        path: 'data.tasks[0].dueAt',
        message: 'must be an ISO 8601 time with its offset, such as 2026-11-23T10:00:00.000Z',
      },
    ]);
  });

  it.each([undefined, null, 'text', 7, true, [], () => 1])('refuses %p in place of a record', (input) => {
    expect(errorsOf(input)).toEqual([{ path: 'data', message: 'must be an object' }]);
  });

  it('reports everything that is wrong, in fixed and free parts, up to 20 errors', () => {
    const wrong = { call: { id: 7, status: 7 }, nonsense: 1, dataCollected: { '\0': 1 } };
    expect(
      errorsOf(wrong)
        .map((error) => error.path)
        .sort(),
    ).toEqual(
      [
        'data.phoneNumbers',
        'data.nonsense',
        'data.dataCollected.\0',
        'data.call.id',
        'data.call.status',
      ].sort(),
    );
    expect(errorsOf({ ...MINIMAL, tasks: Array.from({ length: 1000 }, () => ({})) })).toHaveLength(20);
  });

  describe('of the free parts', () => {
    it.each(['dataCollected', 'call.metadata'])('takes 32 levels in %s and not one more', (path) => {
      expect(parseCallData(withField(path, nested(MAX_DEPTH))).ok).toBe(true);
      const [error] = errorsOf(withField(path, nested(MAX_DEPTH + 1)));
      expect(error.message).toBe('must not be nested deeper than 32 levels');
      expect(error.path).toMatch(new RegExp(`^data\\.${path}\\.`));
    });

    it('survives nesting that would overflow the stack', () => {
      const text = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
      const deep = JSON.parse(text) as JsonValue;
      expect(errorsOf({ ...MINIMAL, dataCollected: deep })[0].message).toBe(
        'must not be nested deeper than 32 levels',
      );
      expect(errorsOf({ ...MINIMAL, call: { ...MINIMAL.call, id: deep } })[0].path).toBe('data.call.id');
    });

    it('refuses a key that could replace a prototype, wherever it is', () => {
      for (const [text, path] of [
        ['{"__proto__": {"admin": true}}', 'data.dataCollected.__proto__'],
        ['{"a": [{"__proto__": 1}]}', 'data.dataCollected.a[0].__proto__'],
      ] as const) {
        expect(errorsOf({ ...MINIMAL, dataCollected: JSON.parse(text) as JsonValue })).toEqual([
          { path, message: 'is a name that is not allowed' },
        ]);
      }
      const whole = JSON.parse(`{"__proto__": {"x": 1}, ${JSON.stringify(MINIMAL).slice(1)}`) as unknown;
      expect(errorsOf(whole)).toEqual([{ path: 'data.__proto__', message: 'is not a known field' }]);
      const messages = [{ role: 'agent', text: '', metadata: JSON.parse('{"__proto__": 1}') as JsonValue }];
      expect(errorsOf({ ...MINIMAL, transcript: { messages } })[0].path).toBe(
        'data.transcript.messages[0].metadata.__proto__',
      );
    });

    it('takes a field called constructor: it may be a building firm', () => {
      const dataCollected = { constructor: 'ACME', toString: 1, hasOwnProperty: null };
      expect(parsed({ ...MINIMAL, dataCollected }).data.dataCollected).toEqual(dataCollected);
    });

    it.each([
      ['a date', new Date()],
      ['a map', new Map()],
      ['a function', () => 1],
      ['a bigint', 1n],
      ['NaN', Number.NaN],
      ['infinity', Infinity],
      ['undefined in a list', [undefined]],
      ['an object that prints itself otherwise', { toJSON: () => 'x' }],
    ])('refuses %s, which only an in-process publisher could hand over', (_what, value) => {
      expect(errorsOf({ ...MINIMAL, dataCollected: { value } })[0].path).toMatch(
        /^data\.dataCollected\.value/,
      );
    });

    it('refuses a cycle', () => {
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      expect(errorsOf({ ...MINIMAL, dataCollected: cycle })[0].message).toBe(
        'must not be nested deeper than 32 levels',
      );
    });

    it('leaves out a member that is undefined, as JSON does', () => {
      expect(parsed({ ...MINIMAL, dataCollected: { a: undefined } }).json).toBe(parsed(MINIMAL).json);
    });
  });

  it('keeps whatever text people said; NUL stays an escape, so any text column holds it', () => {
    const said = 'NUL \u0000, whole 👋, quotes "\' \\ \u2028 \u007f \u001b[31m \\ud83d';
    const { data, json } = parsed({
      ...MINIMAL,
      transcript: { text: said },
      dataCollected: { [said]: said },
    });
    expect(data.transcript!.text).toBe(said);
    expect(data.dataCollected).toEqual({ [said]: said });
    expect(json).not.toContain('\u0000');
    // UTF-8 and back, as through the database and the wire, changes nothing.
    expect(JSON.parse(Buffer.from(json, 'utf8').toString('utf8'))).toEqual(data);
  });

  it('puts U+FFFD where RFC 7493 forbids a character: half a surrogate pair, or a noncharacter', () => {
    const cut = 'half \ud83d, other half \udc4b, \uffff, \ufdd0, \u{1fffe}, whole 👋';
    const kept = 'half \ufffd, other half \ufffd, \ufffd, \ufffd, \ufffd, whole 👋';
    const { data, json } = parsed({
      ...MINIMAL,
      transcript: { messages: [{ role: 'agent', text: cut }] },
      dataCollected: { deep: [{ [cut]: cut }], zero: -0 },
    });
    expect(data.transcript!.text).toBe(`Agent: ${kept}`);
    expect(data.dataCollected).toEqual({ deep: [{ [kept]: kept }], zero: -0 });
    expect(JSON.parse(json)).toEqual(data);
    expect(json).not.toContain('\\ud');
  });

  it('rejects names that would become the same', () => {
    expect(errorsOf({ ...MINIMAL, dataCollected: { x: { 'a\ud83d': 1, 'a\ud83e': 2 } } })).toEqual([
      {
        path: 'data.dataCollected.x.a\ufffd',
        message: 'is the name of another member, apart from invalid characters',
      },
    ]);
  });

  it('shows a long name in a path cut between characters', () => {
    const [{ path }] = errorsOf({ ...MINIMAL, [`${'x'.repeat(99)}🙂${'y'.repeat(50)}`]: 1 });
    expect(path).toBe(`data.${'x'.repeat(99)}…`);
  });

  it('keeps the sign of zero', () => {
    const { json } = parsed({
      ...MINIMAL,
      dataCollected: { sentiment: -0, list: [-0], zero: 0 },
      evaluationResults: [{ name: 'score', result: -0 }],
    });
    expect(json).toContain('{"sentiment":-0.0,"list":[-0.0],"zero":0}');
    expect(json).toContain('"result":-0.0,');
  });

  it('accepts what voice platforms send: scores, rubrics, calls without a start, web calls, turns without text', () => {
    const { data } = parsed({
      call: { id: 'call_1', status: 'failed' },
      phoneNumbers: { from: null },
      transcript: {
        messages: [
          { role: 'agent', text: 'Hey' },
          { role: 'tool_calls', text: null, metadata: { name: 'book' } },
          { role: 'tool', text: '' },
          { role: 'tool' },
          { role: 'caller', text: 'Hi' },
        ],
      },
      evaluationResults: [
        { name: 'score', result: 8 },
        { name: 'persona', result: 'partial' },
        { name: 'tone', result: '🙂'.repeat(200) },
      ],
    });
    expect(data.call.startedAt).toBeNull();
    expect(data.phoneNumbers).toEqual({ from: null, to: null });
    expect(data.transcript!.text).toBe('Agent: Hey\nCaller: Hi');
    expect(data.transcript!.messages.map(({ text }) => text)).toEqual(['Hey', null, '', null, 'Hi']);
    expect(data.evaluationResults.map(({ result }) => result)).toEqual([8, 'partial', '🙂'.repeat(200)]);
  });

  it('keeps turns of which none has text', () => {
    const messages = [{ role: 'tool_calls', text: null, metadata: { name: 'book' } }];
    expect(parsed({ ...MINIMAL, transcript: { messages } }).data.transcript).toMatchObject({
      text: '',
      messages,
    });
  });

  it('carries any JSON in the free parts unchanged (property)', () => {
    const json = fc
      .jsonValue({ maxDepth: 6, stringUnit: 'binary' })
      .filter((value) => !/"(__proto__":|\\u0000)/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.string({ unit: 'binary' }), (dataCollected, said) => {
        const record = {
          ...MINIMAL,
          call: { ...MINIMAL.call, title: said, metadata: dataCollected },
          transcript: { messages: [{ role: 'agent', text: said, metadata: dataCollected }] },
          dataCollected,
        };
        // As it comes through a door: JSON knows no -0.
        const through = asRfc7493(JSON.parse(JSON.stringify(record))) as typeof record;
        if (Object.keys(through.dataCollected).includes('__proto__')) return;
        const { data, json: text } = parsed(through);
        expect(data.dataCollected).toEqual(through.dataCollected);
        expect(data.call.metadata).toEqual(through.dataCollected);
        expect(JSON.parse(Buffer.from(text, 'utf8').toString('utf8'))).toEqual(data);
        expect(parsed(data).json).toBe(text);
      }),
    );
  });

  it('answers any input with a record or errors below data, and never throws (property)', () => {
    const junk = fc.anything({
      maxDepth: 4,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    const near = fc.record(
      {
        call: fc.record({ id: junk, status: junk, startedAt: junk }, { requiredKeys: [] }),
        phoneNumbers: junk,
        transcript: junk,
        tasks: fc.array(junk),
        dataCollected: junk,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(junk, near), (input) => {
        const result = parseCallData(input);
        if (result.ok) return;
        expect(result.errors.length).toBeGreaterThan(0);
        for (const error of result.errors) expect(error.path).toMatch(/^data/);
      }),
      { numRuns: 1000 },
    );
  });
});
