import { newId } from '../ids';
import { afterCursor, cursorAfter, toPage } from './paging';
import { Problem } from './problem';

const rows = Array.from({ length: 7 }, () => ({ id: newId('dlv') }));

describe('paging', () => {
  it('goes on where the page before has ended', () => {
    const page = toPage(rows.slice(0, 4), 3, ({ id }) => id);
    expect(page.data).toEqual(rows.slice(0, 3).map(({ id }) => id));
    expect(afterCursor('dlv', page.nextCursor!)).toBe(rows[2].id);
  });

  it.each([
    [0, 3],
    [1, 3],
    [3, 3],
  ])('of %d rows by %d has no next page', (count, limit) => {
    expect(toPage(rows.slice(0, count), limit, ({ id }) => id)).toEqual({
      data: rows.slice(0, count).map(({ id }) => id),
      nextCursor: null,
    });
  });

  it('begins at the start without a cursor', () => expect(afterCursor('dlv', undefined)).toBeNull());

  it.each([
    '',
    'x',
    '!!',
    cursorAfter('whk_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22'),
    cursorAfter("dlv_' or true"),
  ])('refuses %j, which is no cursor of this list', (cursor) => {
    expect(() => afterCursor('dlv', cursor)).toThrow(Problem);
  });
});
