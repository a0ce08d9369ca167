import { isSame } from './is-same';

describe('isSame', () => {
  it.each([
    ['the same', 'abc', 'abc', true],
    ['another of its length', 'abd', 'abc', false],
    ['a shorter one', 'ab', 'abc', false],
    ['a longer one', 'abcd', 'abc', false],
    ['as many characters, more bytes', 'abç', 'abc', false],
    ['nothing', '', 'abc', false],
  ])('%s', (_, shown, secret, same) => {
    expect(isSame(Buffer.from(shown), Buffer.from(secret))).toBe(same);
  });
});
