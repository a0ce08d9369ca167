import { depthExceeds } from './json-depth';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('the depth of JSON', () => {
  it.each([
    ['a scalar', 1, 0, false],
    ['nothing', undefined, 0, false],
    ['null', null, 0, false],
    ['an object, where none is allowed', {}, 0, true],
    ['as many levels as allowed', nested(32), 32, false],
    ['one more', nested(33), 32, true],
    ['levels within an object within an array', [{ a: [{ b: 1 }] }], 3, true],
    [
      'a wide, flat object',
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, {}])),
      2,
      false,
    ],
  ])('of %s', (_, value, max, exceeds) => expect(depthExceeds(value, max)).toBe(exceeds));

  it('is told without exhausting the stack', () => expect(depthExceeds(nested(100_000), 32)).toBe(true));
});
