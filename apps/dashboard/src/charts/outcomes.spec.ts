import { groupHours, outcomesOf, sumOutcomes } from './outcomes';

describe('outcomes in a chart', () => {
  const byOutcome = {
    DELIVERED: 5,
    HTTP_ERROR: 2,
    TIMEOUT: 1,
    DNS_FAILED: 3,
    BLOCKED_ADDRESS: 1,
    NOT_SENT: 9,
  };

  it('groups them, and leaves out what was never sent', () => {
    expect(outcomesOf({ byOutcome })).toEqual({
      delivered: 5,
      refused: 2,
      timedOut: 1,
      unreachable: 4,
      failed: 7,
    });
  });

  it('adds hours up', () => {
    expect(sumOutcomes([{ byOutcome }, { byOutcome: { DELIVERED: 1 } }])).toMatchObject({
      delivered: 6,
      failed: 7,
    });
    expect(sumOutcomes([])).toMatchObject({ delivered: 0, failed: 0 });
  });

  it('keeps the running hour in the last group, and loses none', () => {
    expect(groupHours([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
  });
});
