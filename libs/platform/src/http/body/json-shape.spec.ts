import { CUSTOMER_JSON, requireShape } from './json-shape';
import type { Problem } from '../problem';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

function rejection(value: unknown): unknown {
  try {
    requireShape(value, { depth: 4, perContainer: 10, values: 30 });
    return null;
  } catch (error) {
    return (error as Problem).extra.errors;
  }
}

describe('the shape of a JSON body', () => {
  it.each([
    [{}],
    [[]],
    ['a text'],
    [null],
    [nested(4)],
    [{ list: Array(10).fill(1) }],
    [{ constructor: 1, prototype: 2, toString: 3 }],
  ])('%j is accepted', (value) => expect(rejection(value)).toBeNull());

  it.each([
    ['nested more deeply', nested(5), '', 'must not be nested more than 4 levels deep'],
    ['with a longer list', { list: Array(11).fill(1) }, 'list', 'must not have more than 10 items'],
    [
      'with more fields',
      { a: [Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i, i]))] },
      'a[0]',
      'must not have more than 10 fields',
    ],
    ['with more values', Array(9).fill([1, 2, 3]), '', 'must not have more than 30 values in all'],
    ['with a __proto__', JSON.parse('{"a":[{"__proto__":1}]}'), 'a[0].__proto__', 'is not a known field'],
  ])('one %s is rejected with its path', (_, value, path, message) =>
    expect(rejection(value)).toEqual([{ path, message }]),
  );

  it('is checked without exhausting the stack', () => {
    expect(() => requireShape(nested(100_000), CUSTOMER_JSON)).toThrow();
  });
});
