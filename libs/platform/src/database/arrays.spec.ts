import { plainArray, textArray } from './arrays';

/** Reads PostgreSQL's binary array of texts back, as array_recv does. */
function read(bytes: Buffer): (string | null)[] {
  expect([bytes.readInt32BE(0), bytes.readInt32BE(8), bytes.readInt32BE(16)]).toEqual([1, 25, 1]);
  const texts: (string | null)[] = [];
  let offset = 20;
  for (let i = bytes.readInt32BE(12); i > 0; i -= 1) {
    const length = bytes.readInt32BE(offset);
    offset += 4;
    if (length >= 0) texts.push(bytes.toString('utf8', offset, offset + length));
    else texts.push(null);
    offset += Math.max(0, length);
  }
  expect(offset).toBe(bytes.length);
  expect(bytes.readInt32BE(4)).toBe(texts.includes(null) ? 1 : 0);
  return texts;
}

describe('array parameters', () => {
  it.each<[(string | null)[]]>([
    [[]],
    [['']],
    [['a', null, 'b']],
    [[null, null]],
    [['{"a": "b,c"}', "it's", '\\', '{}', 'NULL', '"']],
    [['é', '漢字', '🙂', '\u202Eابج']],
    [Array.from({ length: 1_000 }, (_, i) => 'x'.repeat(i))],
  ])('of texts hold each as it is', (texts) => expect(read(textArray(texts))).toEqual(texts));

  it('of texts hold an unpaired surrogate as a replacement, with the right length', () => {
    expect(read(textArray(['a\uD800b', 'next']))).toEqual(['a\uFFFDb', 'next']);
  });

  it.each<[(string | number | null)[], string]>([
    [[], '{}'],
    [[1, 2], '{1,2}'],
    [['a', null], '{a,NULL}'],
  ])('of plain values %j are %s', (values, text) => expect(plainArray(values)).toBe(text));
});
