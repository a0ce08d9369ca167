import { isCounting, nextPhase } from './replay-phase';
import { Replay, type ReplayRequest } from './replay.entity';

const since = new Date('2026-11-23T10:00:00.000Z');
const until = new Date('2026-11-23T11:00:00.000Z');
const now = new Date('2026-11-23T12:00:00.000Z');
const made = (request: ReplayRequest) => new Replay('acc_1', 'whk_1', request, now);

describe('a replay', () => {
  it.each<[string, ReplayRequest, ReplayRequest, boolean]>([
    ['the same window', { which: 'failed', since, until }, { which: 'failed', since, until }, true],
    ['the same window, open at its end', { which: 'failed', since }, { which: 'failed', since }, true],
    [
      'an end that was left out before',
      { which: 'failed', since },
      { which: 'failed', since, until: now },
      false,
    ],
    ['an end that is left out now', { which: 'failed', since, until }, { which: 'failed', since }, false],
    ['another end', { which: 'failed', since, until }, { which: 'failed', since, until: now }, false],
    ['another beginning', { which: 'failed', since }, { which: 'failed', since: until }, false],
    ['another selection', { which: 'failed', since }, { which: 'all', since }, false],
  ])('answers for %s: %#', (_, first, second, isSame) => {
    expect(made(first).answers(second)).toBe(isSame);
  });

  it('ends at the time of asking when no end is given', () => {
    expect(made({ which: 'all', since }).until).toBe(now);
  });

  it.each([
    ['failed', ['count-deliveries', 'deliveries']],
    ['missed', ['count-missed', 'missed']],
    ['all', ['count-deliveries', 'count-missed', 'deliveries', 'missed']],
  ] as const)('of `%s` counts first, and then sends', (which, expected) => {
    const phases: string[] = [];
    for (
      let phase: ReturnType<typeof nextPhase> = made({ which, since }).phase;
      phase;
      phase = nextPhase(which, phase)
    )
      phases.push(phase);
    expect(phases).toEqual(expected);
    expect(made({ which, since }).isCounted).toBe(false);
    expect(phases.map((phase) => isCounting(phase as never))).toEqual(
      expected.map((name) => name.startsWith('count-')),
    );
  });
});
