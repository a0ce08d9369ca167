import { sampleCallData } from '@app/formatting';
import { explainFilter, matchesFilter } from './evaluate-filter';
import type { Filter } from './filter';
import { filterErrors } from './filter-errors';

const DATA = {
  ...sampleCallData('CALL_COMPLETED'),
  agent: null,
  dataCollected: { budget: 5000, priority: 'high', interests: ['solar', 'battery'], 'a.b': { 'c.d': 1 }, empty: null, 'vip?': true },
}; // prettier-ignore

const field = (name: string, op: string, value: unknown): Filter => ({ field: name, op, value }) as Filter;

describe('a filter', () => {
  it.each([
    ['call.durationSeconds', 'gt', 93, true],
    ['call.durationSeconds', 'gt', 93.5, false],
    ['call.durationSeconds', 'gte', 93.5, true],
    ['call.durationSeconds', 'lt', 93.5, false],
    ['call.durationSeconds', 'lte', 93.5, true],
    ['call.durationSeconds', 'gt', '1', false],
    ['call.durationSeconds', 'eq', '93.5', false],
    ['call.startedAt', 'gte', '2026-11-01', true],
    ['call.status', 'eq', 'completed', true],
    ['call.status', 'ne', 'completed', false],
    ['call.status', 'in', ['busy', 'completed'], true],
    ['call.status', 'in', ['busy'], false],
    ['call.title', 'startsWith', 'Follow', true],
    ['call.title', 'contains', 'Ada', true],
    ['dataCollected.interests', 'contains', 'solar', true],
    ['dataCollected.interests', 'contains', 'sol', false],
    ['dataCollected.interests', 'eq', 'solar', false],
    ['dataCollected.vip?', 'eq', true, true],
    ['dataCollected.a.b.c.d', 'eq', 1, true],
    ['evaluationResults.Was the goal met?', 'eq', true, true],
    ['evaluationResults.Did the agent mention pricing?', 'eq', false, true],
    ['evaluationResults.Was the goal met?.rationale', 'contains', 'quote', true],
    ['evaluationResults.Unknown', 'eq', true, false],
    ['tasks.0.assignee', 'eq', 'sales', true],
    ['tasks', 'exists', true, true],
    ['agent', 'exists', false, true],
    ['agent', 'exists', true, false],
    ['agent.name', 'exists', false, true],
    ['agent.name', 'eq', 'Nora', false],
    ['agent.name', 'ne', 'Nora', true],
    ['agent.name', 'gt', 'A', false],
    ['agent.name', 'in', ['Nora'], false],
    ['agent.name', 'contains', 'o', false],
    ['agent.name', 'startsWith', 'N', false],
    ['dataCollected.empty', 'exists', false, true],
    ['dataCollected.constructor', 'exists', false, true],
    ['dataCollected.__proto__', 'exists', false, true],
  ])('%s %s %j is %s', (name, op, value, expected) => {
    const filter = field(name, op, value);
    expect(filterErrors(filter)).toEqual([]);
    expect(matchesFilter(filter, DATA)).toBe(expected);
    expect(explainFilter(filter, DATA).matched).toBe(expected);
  });

  it('combines conditions', () => {
    const yes = field('dataCollected.priority', 'eq', 'high');
    const no = field('call.durationSeconds', 'gt', 1_000);
    const cases: [Filter, boolean][] = [
      [{ all: [yes, no] }, false], [{ all: [yes, yes] }, true], [{ any: [no, yes] }, true], [{ any: [no, no] }, false],
      [{ not: no }, true], [{ not: { any: [no, yes] } }, false], [{ all: [yes, { not: { all: [yes, no] } }] }, true],
    ]; // prettier-ignore
    for (const [filter, expected] of cases) {
      expect(matchesFilter(filter, DATA)).toBe(expected);
      expect(explainFilter(filter, DATA).matched).toBe(expected);
    }
  });

  it('names the condition that decided', () => {
    const filter = {
      all: [field('dataCollected.priority', 'eq', 'high'), field('call.durationSeconds', 'gt', 600)],
    };
    expect(explainFilter(filter, DATA)).toEqual({
      matched: false,
      because: 'call.durationSeconds gt 600: the value is 93.5',
    });
    expect(explainFilter(field('agent.name', 'eq', 'Nora'), DATA).because).toContain('does not exist');
  });
});

describe('the rules of a filter', () => {
  const leaf = field('call.status', 'eq', 'completed');

  it.each([
    ['filter', 'text'],
    ['filter', []],
    ['filter.field', { op: 'eq', value: 1 }],
    ['filter.field', field('cal.status', 'eq', 1)],
    ['filter.field', field('call.durationSecond', 'gt', 1)],
    ['filter.field', field('', 'eq', 1)],
    ['filter.field', field('toString.x', 'eq', 1)],
    ['filter.op', field('call.status', 'regex', 'x')],
    ['filter.value', field('call.status', 'eq', null)],
    ['filter.value', field('call.status', 'eq', {})],
    ['filter.value', field('call.status', 'in', 'completed')],
    ['filter.value', field('call.status', 'in', [])],
    ['filter.value', field('call.status', 'exists', 'yes')],
    ['filter.value', field('call.status', 'gt', true)],
    ['filter.value', { field: 'call.status', op: 'eq' }],
    ['filter.all', { all: [] }],
    ['filter.any', { any: leaf }],
    ['filter.all[1].op', { all: [leaf, { ...leaf, op: '=' }] }],
    ['filter.not.any[0].field', { not: { any: [field('x', 'eq', 1)] } }],
    ['filter.surprise', { ...leaf, surprise: 1 }],
    ['filter.any', { all: [leaf], any: [leaf] }],
  ])('reject at %s: %j', (path, filter) => {
    expect(filterErrors(filter).map((error) => error.path)).toContain(path);
  });

  it('allow 20 conditions and reject 21, however they are nested', () => {
    const many = (count: number): Filter => ({
      any: [{ all: Array(count - 1).fill(leaf) as Filter[] }, leaf],
    });
    expect(filterErrors(many(20))).toEqual([]);
    expect(filterErrors(many(21))).toEqual([{ path: 'filter', message: 'must have at most 20 conditions' }]);
    expect(filterErrors({ all: Array(1_000_000).fill(leaf) })).toHaveLength(1);
  });

  it('bound the depth', () => {
    let filter: Filter = leaf;
    for (let i = 0; i < 5_000; i++) filter = { not: filter };
    expect(filterErrors(filter)).toHaveLength(1);
  });
});
