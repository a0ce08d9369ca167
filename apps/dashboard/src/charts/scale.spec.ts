import { compact, everyNth, niceTop, percent } from './scale';

describe('scales', () => {
  it.each([[0, 4], [3, 4], [11, 20], [99, 100], [640, 800], [1001, 2000]])('tops %d with %d', (value, top) => expect(niceTop(value)).toBe(top)); // prettier-ignore

  it.each([
    [1, '100 %'],
    [0.99999, '99.99 %'],
    [0.9956, '99.56 %'],
    [0.5, '50.0 %'],
    [0, '0.0 %'],
    [null, '–'],
  ])(
    // prettier-ignore
    'writes a rate of %p as %s, and never rounds a failure away',
    (rate, text) => expect(percent(rate)).toBe(text),
  );

  it.each([[999, '999'], [9999, '9,999'], [12_300, '12.3K'], [1_200_000, '1.2M']])('writes %d as %s', (value, text) => expect(compact(value)).toBe(text)); // prettier-ignore

  it('shows each label where there is room, and fewer where there is not', () => {
    expect(everyNth(5, 500, 60)).toBe(1);
    expect(everyNth(24, 500, 60)).toBe(3);
  });
});
