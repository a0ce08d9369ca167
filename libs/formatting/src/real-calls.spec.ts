import { callFixtures, type CallFixture } from '../../../test/fixtures/calls';
import type { CallData } from './call-data';
import { FormatterRegistry } from './formatter-registry';
import { parseCallData } from './parse-call-data';
import { FIXED, ID, type Flat } from './testing/records';

const FIXTURES = callFixtures();
const each = FIXTURES.map((fixture) => [fixture.name, fixture] as const);

function bodies({ type, data }: CallFixture) {
  const parsed = parseCallData(data);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const event = {
    id: ID,
    type,
    occurredAt: new Date('2026-11-23T10:00:00.000Z'),
    data: parsed.json,
    test: false,
  };
  const read = (format: 'DEFAULT' | 'ZAPIER') =>
    JSON.parse(new FormatterRegistry().get(format).render(event).toString('utf8')) as Flat;
  return {
    record: parsed.data,
    nested: read('DEFAULT')['data'] as CallData,
    flat: read('ZAPIER'),
  };
}

/** Every scalar that is said somewhere in a record, but times, whose spelling may change. */
function scalars(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => scalars(item));
  if (value !== null && typeof value === 'object')
    return Object.entries(value).flatMap(([name, member]) => scalars(member, name));
  return value === null || value === undefined || key.endsWith('At') ? [] : [JSON.stringify(value)];
}

/** What RFC 7493 forbids arrives as U+FFFD. */
function asRfc7493(scalar: string): string {
  const value = JSON.parse(scalar) as unknown;
  if (typeof value !== 'string') return scalar;
  return JSON.stringify(value.replace(/\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, '\uFFFD'));
}

function fixture(name: string): CallFixture {
  return FIXTURES.find((each) => each.name === name)!;
}

describe('real call records', () => {
  it('are broad: every event type, five languages, a call of 400 turns, 1,000 criteria, almost 1 MiB', () => {
    expect(FIXTURES.length).toBeGreaterThanOrEqual(20);
    expect(new Set(FIXTURES.map(({ type }) => type)).size).toBe(4);
    expect(fixture('support-call-45-minutes').data.transcript!.messages).toHaveLength(400);
    expect(fixture('thousand-evaluations').data.evaluationResults).toHaveLength(1000);
    const size = Buffer.byteLength(JSON.stringify(bodies(fixture('almost-one-mebibyte')).record));
    expect(size).toBeGreaterThan(1024 * 1024 - 1000);
    expect(size).toBeLessThan(1024 * 1024);
  });

  it.each(each)('%s keeps every word in the nested body', (_name, call) => {
    const { record, nested } = bodies(call);
    expect(nested).toEqual(record);
    expect(Object.keys(nested)).toEqual([
      'call',
      'agent',
      'phoneNumbers',
      'transcript',
      'summaries',
      'recording',
      'dataCollected',
      'evaluationResults',
      'tasks',
    ]);
    const said = new Set(scalars(nested));
    const empty = new Set(['""']);
    const sent = scalars(call.data).map(asRfc7493);
    expect(sent.filter((scalar) => !said.has(scalar) && !empty.has(scalar))).toEqual([]);
  });

  it.each(each)('%s becomes one flat object that has all it collected', (_name, call) => {
    const { record, flat } = bodies(call);
    expect(Object.keys(flat).slice(0, FIXED.length)).toEqual(FIXED);
    for (const [key, value] of Object.entries(flat)) {
      expect(key).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
      if (typeof value === 'object') expect(value).toBeNull();
    }
    // A check's name is in its key, so it is looked for in no value.
    const checks = record.evaluationResults.map(({ result, rationale }) => [result, rationale]);
    const values = Object.values(flat);
    const texts = values.join('\n');
    const lost = scalars([record.dataCollected, record.call.metadata, checks])
      .map((scalar) => JSON.parse(scalar) as string | number | boolean)
      .filter((value) => !values.includes(value) && !texts.includes(String(value)));
    expect(lost).toEqual([]);
  });

  it('numbers a thousand criteria without losing one', () => {
    const { flat } = bodies(fixture('thousand-evaluations'));
    const added = Object.keys(flat).filter((key) => !FIXED.includes(key));
    expect(added).toHaveLength(2000);
    expect(flat).toMatchObject({ evaluation_count: 1000, evaluation_passed_count: 334 });
    expect(added.filter((key) => /^evaluation_polite(_[0-9a-f]{8}(_\d+)?)?$/.test(key))).toHaveLength(500);
    expect(added.filter((key) => /^evaluation_tiao_jian_\w+(?<!_rationale)$/.test(key))).toHaveLength(250);
  });

  it('flattens nested answers as far down as they go', () => {
    const { flat } = bodies(fixture('deeply-nested-collected-data'));
    expect(flat).toMatchObject({
      collected_household_address_geo_lat: -33.8688,
      collected_household_members_1_pets_1_names: 'Rex, Bobby',
      collected_household_members_1_pets_2_names: null,
      collected_household_members_2_pets: null,
      collected_household_members_3: null,
      collected_household_rooms_1: 'kitchen, bath',
      collected_household_rooms_3: null,
      collected_answers_1_value: 'a, b',
      collected_answers_2_value_max: 9,
      collected_answers_3_value: null,
      collected_mixed_3_inner: true,
      collected_mixed_4_3: '3, 4',
      collected_mixed_5: null,
      collected_empty_object: null,
      collected_numbers: '0, -0.5, 1e+21, 1.5e-7, 9007199254740991',
      call_metadata_tenant_region_zone_shelf: 7,
      call_metadata_none: null,
    });
    expect(Object.entries(flat).filter(([, value]) => value === 'bottom')).toHaveLength(1);
  });

  it('keeps names apart that become the same', () => {
    const { flat } = bodies(fixture('clashing-names'));
    const added = Object.fromEntries(
      Object.entries(flat).filter(([key]) => /^(call_metadata|collected)_/.test(key)),
    );
    expect(added).toEqual({
      call_metadata_crm_id: 2,
      call_metadata_crm_id_757737d8: 3,
      call_metadata_crm_id_e9579172: 1,
      call_metadata_id: 'x',
      call_metadata_title: 'y',
      collected_budget: 2,
      collected_budget_1c6225ec: 1,
      collected_budget_d85713a7: 3,
      collected_budget_2: 4,
      collected_a_b: 2,
      collected_a_b_2e7336dc: 1,
      collected_a_b_361d8d21: 3,
      collected_yu_suan: 5,
      collected_ri_qi: 6,
      collected_field_1: 7,
      collected_constructor: 'ACME Builders',
      collected_to_string: 'text',
      collected_items_1_x: 2,
      collected_items_1_x_8d4df9de: 3,
      collected_items_1_x_8d4df9de_2: 1,
    });
  });
});
