import { inputErrors, type Field, type RecordAction } from './staff-action';

const ACTION: RecordAction = {
  kind: 'record',
  name: 'pause',
  label: 'Pause',
  icon: 'Pause',
  permission: 'webhook.pause',
  needsReason: true,
  ask: () => Promise.resolve({ question: '' }),
  act: () => Promise.resolve({ said: '' }),
};
const FIELDS: Field[] = [
  { name: 'since', label: 'Since', type: 'datetime' },
  { name: 'which', label: 'Which', type: 'select', options: [{ value: 'failed', label: 'Failed' }] },
  { name: 'limit', label: 'Limit', type: 'number', optional: true },
];
const GOOD = { reason: 'customer asked', since: '2026-11-24T10:00:00Z', which: 'failed', limit: '' };

describe('what was filled in before an action', () => {
  it.each<[object, string[]]>([
    [{}, []],
    [{ reason: '' }, ['reason']],
    [{ reason: '   a   ' }, ['reason']],
    [{ reason: 'x'.repeat(501) }, ['reason']],
    [{ since: 'yesterday' }, ['since']],
    [{ since: '' }, ['since']],
    [{ which: 'all' }, ['which']],
    [{ limit: '-1' }, ['limit']],
    [{ limit: '12' }, []],
  ])('%j: wrong are %j', (changes, wrong) => {
    expect(inputErrors(ACTION, FIELDS, { ...GOOD, ...changes }).map(({ path }) => path)).toEqual(wrong);
  });

  it('should ask for no reason where no customer notices', () => {
    expect(inputErrors({ ...ACTION, needsReason: false }, [], {})).toEqual([]);
  });
});
