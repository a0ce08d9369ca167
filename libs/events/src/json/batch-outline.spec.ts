import fc from 'fast-check';
import { outlineBatch } from './batch-outline';
import { Turns } from './turns';

const outline = async (text: string | Buffer, turns = new Turns()) => {
  const bytes = Buffer.from(text);
  const slices = await outlineBatch(bytes, 500, turns);
  return slices.map(({ start, end, compactBytes }) => ({
    text: bytes.toString('utf8', start, end),
    compactBytes,
  }));
};

/** Counts the work of each turn, whatever the clock says. */
class CountingTurns extends Turns {
  readonly turns = [0];

  constructor(bytesPerTurn: number) {
    super(() => {
      this.turns.push(0);
      return Promise.resolve();
    }, bytesPerTurn);
  }

  override async before(bytes: number): Promise<void> {
    await super.before(bytes);
    this.turns[this.turns.length - 1] += bytes;
  }
}

describe('the outline of a batch', () => {
  it.each([
    ['{"events":[{}]}', ['{}']],
    [' { "events" : [ {"a":[1,2]} , "x,]", 7 ,null] } ', ['{"a":[1,2]} ', '"x,]"', '7 ', 'null']],
    ['\ufeff{"events":[{"a":"\\"}]"}]}', ['{"a":"\\"}]"}']],
    ['{"events":[{bad}, {"a":tru}, {}]}', ['{bad}', '{"a":tru}', '{}']],
  ])('of %s has each element', async (text, elements) => {
    expect((await outline(text)).map((slice) => slice.text)).toEqual(elements);
  });

  it('finds the elements, and their size as JSON.stringify writes it (property)', async () => {
    const element = fc.json({ stringUnit: 'grapheme', maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(element, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(undefined, 2),
        async (texts, indent) => {
          const values = texts.map((text) => JSON.parse(text) as unknown);
          const slices = await outline(
            JSON.stringify({ events: values }, null, indent),
            new Turns(undefined, 16),
          );
          expect(slices.map(({ text }) => JSON.parse(text) as unknown)).toEqual(values);
          expect(slices.map(({ compactBytes }) => compactBytes)).toEqual(
            values.map((value) => Buffer.byteLength(JSON.stringify(value))),
          );
        },
      ),
    );
  });

  it.each([
    ['é漢🙂\\/', '"\\u00e9\\u6f22\\ud83d\\ude42\\\\\\/"'],
    ['a"\\\n\u0001', '"\\u0061\\u0022\\u005c\\n\\u0001"'],
  ])('counts the characters %j as they are stored, not as they are escaped', async (text, escaped) => {
    const [{ compactBytes }] = await outline(`{"events":[${escaped}]}`);
    expect(compactBytes).toBe(Buffer.byteLength(JSON.stringify(text)));
  });

  it.each([
    '',
    '{',
    '{"events":[{}',
    '{"events":[{}]',
    '{"events":[{}]}}',
    '{"events":[{}]} x',
    '{"events":[,]}',
    '{"events":[{}]"a":1}',
    '{events:[]}',
    '{"events" [{}]}',
    '{"events":["x]}',
    '{"events":[}',
  ])('of the broken body %j is malformed', (text) =>
    expect(outline(text)).rejects.toMatchObject({ code: 'malformed_json' }),
  );

  it.each([
    ['[{}]', ['']],
    ['7', ['']],
    ['{}', ['events']],
    ['{"events":[]}', ['events']],
    ['{"events":{}}', ['events']],
    ['{"events":[{}],"x":[1,{"y":2}],"z":1}', ['x', 'z']],
    ['{"events":[{}],"events":[{}]}', ['events']],
    [`{"events":[${Array.from({ length: 501 }, () => '{}').join()}]}`, ['events']],
  ])('of %j is invalid', async (text, paths) => {
    const error = await outline(text).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'validation_failed', extra: { errors: paths.map((path) => expect.objectContaining({ path })) } }); // prettier-ignore
  });

  it.each([
    [
      'many small events',
      JSON.stringify({ events: Array.from({ length: 500 }, () => ({ text: 'x'.repeat(2_000) })) }),
    ],
    ['one giant event', JSON.stringify({ events: [{ text: 'x'.repeat(1_000_000) }] })],
    ['white space', `{"events":[${' '.repeat(1_000_000)}{}]}`],
    ['other fields', JSON.stringify({ other: 'x'.repeat(1_000_000), events: [{}] })],
  ])('of %s takes turns of bounded work', async (_what, text) => {
    const turns = new CountingTurns(64 * 1024);
    await outline(text, turns).catch(() => undefined);
    expect(turns.turns.length).toBeGreaterThanOrEqual(Math.floor(text.length / (64 * 1024)));
    expect(Math.max(...turns.turns)).toBeLessThanOrEqual(64 * 1024);
  });
});
