import { createHash } from 'node:crypto';
import fc from 'fast-check';
import golden from '../../../test/fixtures/golden/zapier.json';
import { callFixtures, fieldCases } from '../../../test/fixtures/calls';
import type { JsonObject } from './call-data';
import { EVENT_TYPES } from './event-types';
import type { CallDataInput } from './parse-call-data';
import { zapierFormatter } from './formatters/zapier';
import { sampleCallData } from './samples';
import { anyRecord, eventOf, FIXED, flat, MINIMAL, type Flat } from './testing/records';

const hash = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);

/** What a flat body holds beside the fixed keys. */
function added(input: Partial<CallDataInput>): Flat {
  return Object.fromEntries(
    Object.entries(flat({ ...MINIMAL, ...input })).filter(([key]) => !FIXED.includes(key)),
  );
}
const collected = (dataCollected: JsonObject): Flat => added({ dataCollected });

/** The same JSON with the members of every object, and the checks, in reverse order. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member as unknown)]),
  ) as T;
}

describe('the keys of a flat body', () => {
  const bodies = new Map([
    ...callFixtures().map(({ name, type, data }) => [name, { ...eventOf(data), type }] as const),
    ...EVENT_TYPES.map((type) => [`sample-${type}`, { ...eventOf(sampleCallData(type)), type }] as const),
  ]);
  it.each(Object.entries(golden.bodies))(
    'of %s stay as customers have mapped them, byte for byte',
    (name, body) => {
      expect(zapierFormatter.render(bodies.get(name)!).toString()).toBe(body);
    },
  );

  it('of one field are the same in every call, whichever other fields there are', () => {
    const both = added(fieldCases()['zapier-japanese-both']);
    const one = added(fieldCases()['zapier-japanese-one']);
    expect(both).toEqual({ collected_yu_suan: 5000, collected_xi_wang_ri: '2026-12-01' });
    expect(one).toEqual({ collected_xi_wang_ri: '2026-12-01' });
  });

  const CLASHES: [what: string, dataCollected: JsonObject, expected: Flat][] = [
    ['the name that is the key', { a_b: 2, 'a b': 1 }, { a_b: 2, [`a_b_${hash('a b')}`]: 1 }],
    [
      'the first name by code points, where none is the key',
      { 'a?': 1, 'A!': 2, 'a!': 3 },
      { a: 2, [`a_${hash('a!')}`]: 3, [`a_${hash('a?')}`]: 1 },
    ],
    [
      'the first by code points, not by UTF-16 units',
      { '\u{1f389}x': 1, '\uff5ex': 2 },
      { x: 2, [`x_${hash('\u{1f389}x')}`]: 1 },
    ],
    [
      'the outer value, where both names are the key',
      { a: { b: 2 }, a_b: 1 },
      { a_b: 1, [`a_b_${hash('a_b')}`]: 2 },
    ],
    [
      'the item whose names are the key',
      { items_1_x: 2, Items: [{ x: 1 }] },
      { items_1_x: 2, [`items_1_x_${hash('Items_1_x')}`]: 1 },
    ],
    [
      'both, where objects of one name hold different fields',
      { A: { x: 1 }, a: { y: 3 } },
      { a_x: 1, a_y: 3 },
    ],
    [
      'the name that looks like a hashed one',
      { a: 1, A: 2, [`a_${hash('A')}`]: 3 },
      { a: 1, [`a_${hash('A')}`]: 3, [`a_${hash('A')}_2`]: 2 },
    ],
    [
      'the name that looks like the hash of a name without letters',
      { '?': 1, [`field_${hash('?')}`]: 2 },
      { [`field_${hash('?')}`]: 2, [`field_${hash('?')}_${hash('?')}`]: 1 },
    ],
  ];
  it.each(CLASHES)('are kept by %s, in any order', (_what, dataCollected, expected) => {
    const prefixed = Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [`collected_${key}`, value]),
    );
    expect(collected(dataCollected)).toEqual(prefixed);
    expect(collected(reversed(dataCollected))).toEqual(prefixed);
  });

  it('of a check and its rationale have one name', () => {
    const evaluationResults = [
      { name: 'Goal?', result: true, rationale: 'a' },
      { name: 'goal', result: false, rationale: 'b' },
      { name: 'goal rationale', result: null, rationale: 'c' },
      { name: '目标', result: 8, rationale: 'd' },
      { name: '🎯', result: 'partial' },
    ];
    const expected = {
      [`evaluation_goal_${hash('Goal?')}`]: true,
      [`evaluation_goal_${hash('Goal?')}_rationale`]: 'a',
      evaluation_goal: false,
      evaluation_goal_rationale: 'b',
      [`evaluation_goal_rationale_${hash('goal rationale')}`]: null,
      [`evaluation_goal_rationale_${hash('goal rationale')}_rationale`]: 'c',
      evaluation_mu_biao: 8,
      evaluation_mu_biao_rationale: 'd',
      [`evaluation_field_${hash('🎯')}`]: 'partial',
      [`evaluation_field_${hash('🎯')}_rationale`]: null,
    };
    expect(added({ evaluationResults })).toEqual(expected);
    expect(added({ evaluationResults: evaluationResults.toReversed() })).toEqual(expected);
  });

  it('of a check that is named as the rationale of another one stay its own', () => {
    const evaluationResults = [
      { name: 'goal', result: true, rationale: 'a' },
      { name: 'goal_rationale', result: false, rationale: 'b' },
    ];
    expect(added({ evaluationResults })).toEqual({
      evaluation_goal: true,
      [`evaluation_goal_rationale_${hash('goal_rationale')}`]: 'a',
      evaluation_goal_rationale: false,
      evaluation_goal_rationale_rationale: 'b',
    });
  });

  it('of checks with the very same name are numbered, in any order', () => {
    const evaluationResults = [true, false, null].map((result) => ({ name: 'goal', result }));
    const body = added({ evaluationResults });
    expect(
      Object.keys(body)
        .filter((key) => !key.endsWith('rationale'))
        .sort(),
    ).toEqual(
      ['evaluation_goal', `evaluation_goal_${hash('goal')}`, `evaluation_goal_${hash('goal')}_2`].sort(),
    );
    expect(added({ evaluationResults: evaluationResults.toReversed() })).toEqual(body);
  });

  it('never take a fixed key', () => {
    const evaluationResults = [
      { name: 'count', result: true },
      { name: 'Passed count', result: false },
    ];
    expect(flat({ ...MINIMAL, evaluationResults })).toMatchObject({
      evaluation_count: 2,
      evaluation_passed_count: 1,
      [`evaluation_count_${hash('count')}`]: true,
      [`evaluation_count_${hash('count')}_rationale`]: null,
      [`evaluation_passed_count_${hash('Passed count')}`]: false,
    });
  });

  it('carry the same values whatever the order of names, and of checks (property)', () => {
    fc.assert(
      fc.property(anyRecord(), (record) => {
        const turned = {
          ...record,
          call: { ...record.call, metadata: reversed(record.call.metadata ?? {}) },
          dataCollected: reversed(record.dataCollected ?? {}),
          evaluationResults: record.evaluationResults?.toReversed(),
        };
        expect(flat(turned)).toEqual(flat(record));
      }),
    );
  });

  it('stay bounded where one giant name holds ten thousand fields that clash when cut', () => {
    const giant = {
      ['x'.repeat(300_000)]: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, i])),
    };
    const body = collected(giant);
    expect(Object.keys(body)).toHaveLength(10_000);
    for (const key of Object.keys(body)) expect(key.length).toBeLessThan(300);
  });
});
