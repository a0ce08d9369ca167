import { occurrences, pretty, tokens } from './json';

describe('JSON for reading', () => {
  it.each([
    ['{"a": 1, "b": [true, null, "x\\"y"], "c": -2.5e3}'],
    ['<html>not "json" at all 42</html>'],
    ['{"cut": "off'],
    [''],
  ])('loses nothing of %s', (text) => {
    expect(tokens(text).map((token) => token.text).join('')).toBe(text); // prettier-ignore
  });

  it('tells keys from strings, numbers and words', () => {
    const kinds = tokens('{"a": "s", "b": 1, "c": null}').filter(({ kind }) => kind !== '');
    expect(kinds.map(({ text, kind }) => `${kind} ${text}`)).toEqual([
      'k "a"',
      's "s"',
      'k "b"',
      'n 1',
      'k "c"',
      'w null',
    ]);
  });

  it('does not touch what is not JSON', () => {
    expect(pretty('<html>')).toBeNull();
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  });

  it('finds a text whatever its case, and nothing for nothing', () => {
    expect(occurrences('Nora, nora, NORA', 'nora')).toEqual([0, 6, 12]);
    expect(occurrences('Nora', '')).toEqual([]);
  });
});
