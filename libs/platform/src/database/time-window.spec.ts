import { firstIdAt, newId, timeOf, toUuid } from '../ids';
import { binder, idRange, ownedRange } from './time-window';

const since = new Date('2026-11-23T10:00:00.000Z');
const until = new Date('2026-11-23T11:00:00.000Z');
const first = toUuid(firstIdAt('dlv', since));
const last = toUuid(firstIdAt('dlv', until));
const lowest = '00000000-0000-0000-0000-000000000000';
const highest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const within = toUuid(firstIdAt('dlv', new Date('2026-11-23T10:30:00.000Z')));
const before = toUuid(firstIdAt('dlv', new Date('2026-11-23T09:00:00.000Z')));

describe('the ids of a window', () => {
  it.each([
    ['of all times', {}, {}, { from: lowest, before: highest }],
    ['from a time on', { since }, {}, { from: first, before: highest }],
    ['before a time', { until }, {}, { from: lowest, before: last }],
    ['between two', { since, until }, {}, { from: first, before: last }],
    ['after a cursor within', { since, until }, { before: `dlv_${within}` }, { from: first, before: within }],
    ['after a cursor that is older than all', { since }, { before: before }, { from: first, before }],
    ['from an id within', { since, until }, { from: within }, { from: within, before: last }],
    ['from an id before it', { since, until }, { from: before }, { from: first, before: last }],
    [
      'with a cursor that is not there',
      { since },
      { before: null, from: null },
      { from: first, before: highest },
    ],
  ])('%s', (_, window, limits, expected) => {
    expect(idRange(window, limits)).toEqual(expected);
  });

  it('hold what was made at its very beginning, and not what was made at its end', () => {
    expect(first >= idRange({ since }).from).toBe(true);
    expect(last < idRange({ until }).before).toBe(false);
  });

  it('are those whose own time is in it', () => {
    const made = newId('evt');
    expect(Math.abs(timeOf(made).getTime() - Date.now())).toBeLessThan(1_000);
    expect(timeOf(first)).toEqual(since);
  });

  it('are bound with their owner as values, never written into the statement', () => {
    const values: unknown[] = [];
    const condition = ownedRange('account_id', 'id', within, { from: first, before: last }, binder(values));
    expect(condition).toBe('account_id = any ($1::uuid[]) and id >= $2 and id < $3');
    expect(values).toEqual([[within], first, last]);
  });
});
