import fc from 'fast-check';
import type { JsonObject, JsonValue } from './call-data';
import { API_VERSION } from './event-types';
import { parseCallData, type CallDataInput } from './parse-call-data';
import { defaultFormatter } from './formatters/default';
import { zapierFormatter } from './formatters/zapier';
import { sampleCallData } from './samples';
import {
  anyRecord,
  countLeaves,
  eventOf,
  FIXED,
  flat,
  ID,
  MINIMAL,
  nested,
  type Flat,
} from './testing/records';

/** What a flat body holds beside the fixed keys. */
function added(input: Partial<CallDataInput>): Flat {
  return Object.fromEntries(
    Object.entries(flat({ ...MINIMAL, ...input })).filter(([key]) => !FIXED.includes(key)),
  );
}

const collected = (dataCollected: JsonObject) => added({ dataCollected });

describe('a body in format DEFAULT', () => {
  it('is the envelope around the record, byte for byte what JSON.stringify would print', () => {
    const data = sampleCallData('CALL_COMPLETED');
    const whole = {
      id: ID,
      type: 'CALL_COMPLETED',
      timestamp: '2026-11-23T10:00:00.000Z',
      apiVersion: API_VERSION,
      data,
    };
    expect(defaultFormatter.render(eventOf(data)).toString()).toBe(JSON.stringify(whole));
  });

  it('says "test": true on a test delivery, and nothing of it otherwise', () => {
    expect(nested(MINIMAL, true)['test']).toBe(true);
    expect(nested(MINIMAL)).not.toHaveProperty('test');
  });

  it('gives back any record that was parsed (property)', () => {
    fc.assert(
      fc.property(anyRecord(), (record) => {
        const parsed = parseCallData(record);
        expect(parsed.ok && nested(record).data).toEqual(parsed.ok && parsed.data);
      }),
    );
  });
});

describe('a body in format ZAPIER', () => {
  it('holds the fixed keys in their order, with null or 0 where there is nothing', () => {
    const body = flat(MINIMAL);
    expect(Object.keys(body)).toEqual(FIXED);
    expect(body).toEqual({
      ...Object.fromEntries(FIXED.map((key) => [key, null])),
      event_id: ID,
      event_type: 'CALL_COMPLETED',
      event_timestamp: '2026-11-23T10:00:00.000Z',
      api_version: API_VERSION,
      test: false,
      call_id: 'call_1',
      call_status: 'completed',
      call_started_at: '2026-11-23T10:00:00.000Z',
      from_number: '+14155550100',
      to_number: '+442071838750',
      transcript_message_count: 0,
      evaluation_count: 0,
      evaluation_passed_count: 0,
      task_count: 0,
    });
  });

  it('lays out the whole example of the contract', () => {
    expect(flat(sampleCallData('CALL_COMPLETED'), true)).toEqual({
      event_id: ID,
      event_type: 'CALL_COMPLETED',
      event_timestamp: '2026-11-23T10:00:00.000Z',
      api_version: API_VERSION,
      test: true,
      call_id: 'call_sample_0001',
      call_title: 'Follow-up with Ada',
      call_status: 'completed',
      call_direction: 'outgoing',
      call_duration_seconds: 93.5,
      call_started_at: '2026-11-23T09:58:20.000Z',
      call_finished_at: '2026-11-23T09:59:53.500Z',
      call_end_reason: 'agent_hung_up',
      agent_id: 'agt_9',
      agent_name: 'Nora',
      from_number: '+14155550100',
      to_number: '+442071838750',
      transcript: sampleCallData('CALL_COMPLETED').transcript!.text,
      transcript_message_count: 3,
      transcript_language: 'en',
      summary_full: sampleCallData('CALL_COMPLETED').summaries!.full,
      summary_short: 'Ada wants a quote for solar panels and a battery.',
      recording_url: 'https://recordings.example.com/call_sample_0001.mp3',
      evaluation_count: 2,
      evaluation_passed_count: 1,
      tasks: 'Send the quote',
      task_count: 1,
      call_metadata_crm_id: '42',
      collected_budget: 5000,
      collected_preferred_date: '2026-12-01',
      collected_interests: 'solar, battery',
      evaluation_was_the_goal_met: true,
      evaluation_was_the_goal_met_rationale: 'Ada asked for a quote.',
      evaluation_did_the_agent_mention_pricing: false,
      evaluation_did_the_agent_mention_pricing_rationale: 'No price was named.',
      task_1_title: 'Send the quote',
      task_1_description: 'Solar panels and a battery, for about 5,000.',
      task_1_due_at: '2026-11-24T17:00:00.000Z',
      task_1_assignee: 'sales',
    });
  });

  const FLATTENED: [what: string, dataCollected: JsonObject, expected: Flat][] = [
    [
      'scalars as they are',
      { a: 'x', b: 0, c: -1.5, d: false, e: null, f: '' },
      { a: 'x', b: 0, c: -1.5, d: false, e: null, f: '' },
    ],
    [
      'nested objects with _',
      { home: { address: { zipCode: '1' }, owner: true } },
      { home_address_zip_code: '1', home_owner: true },
    ],
    [
      'a list of scalars as one text',
      { tags: ['solar', 5, true], one: ['x'] },
      { tags: 'solar, 5, true', one: 'x' },
    ],
    [
      'null in a list of scalars as nothing',
      { tags: ['a', null, 'b'], none: [null] },
      { tags: 'a, b', none: null },
    ],
    [
      'what is empty as null, so that its key stays',
      { list: [], object: {}, deep: { list: [] } },
      { list: null, object: null, deep_list: null },
    ],
    [
      'a list of objects numbered from 1',
      { items: [{ name: 'a', sizes: [1, 2] }, { name: 'b' }] },
      { items_1_name: 'a', items_1_sizes: '1, 2', items_2_name: 'b' },
    ],
    ['a list of lists numbered from 1', { grid: [[1, 2], [3]] }, { grid_1: '1, 2', grid_2: '3' }],
    [
      'a mixed list numbered from 1',
      { mix: ['a', { b: 1 }, null, []] },
      { mix_1: 'a', mix_2_b: 1, mix_3: null, mix_4: null },
    ],
    [
      'names of JavaScript',
      { constructor: 1, toString: 2, hasOwnProperty: 3 },
      { constructor: 1, to_string: 2, has_own_property: 3 },
    ],
  ];
  it.each(FLATTENED)('flattens %s', (_what, dataCollected, expected) => {
    const prefixed = Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [`collected_${key}`, value]),
    );
    expect(collected(dataCollected)).toEqual(prefixed);
  });

  it('flattens the metadata of the call in the same way', () => {
    const call = { ...MINIMAL.call, metadata: { crmId: '42', lead: { source: 'web', tags: ['a', 'b'] } } };
    expect(added({ call })).toEqual({
      call_metadata_crm_id: '42',
      call_metadata_lead_source: 'web',
      call_metadata_lead_tags: 'a, b',
    });
  });

  it('numbers tasks from 1, and lists their titles one line each', () => {
    const tasks = [
      { title: 'Send\r\n the quote', assignee: 'sales' },
      { title: 'Call back', dueAt: '2026-12-01' },
    ];
    expect(flat({ ...MINIMAL, tasks })).toMatchObject({
      tasks: 'Send the quote\nCall back',
      task_count: 2,
      task_1_title: 'Send\r\n the quote',
      task_1_description: null,
      task_1_due_at: null,
      task_1_assignee: 'sales',
      task_2_title: 'Call back',
      task_2_due_at: '2026-12-01',
    });
  });

  it.each([
    [['en', 'de', 'de'], 'de'],
    [['en', 'de'], 'en'],
    [[null, 7, '', 'ar'], 'ar'],
    [[null], null],
  ] as [JsonValue[], string | null][])('of turns in %j names the language %j', (languages, expected) => {
    const messages = languages.map((language) => ({ role: 'agent', text: 'x', metadata: { language } }));
    expect(flat({ ...MINIMAL, transcript: { messages } })['transcript_language']).toBe(expected);
  });

  it('is flat, has the fixed keys and snake_case keys, and loses no value, whatever was collected (property)', () => {
    fc.assert(
      fc.property(anyRecord(), (record) => {
        const body = flat(record);
        expect(Object.keys(body).slice(0, FIXED.length)).toEqual(FIXED);
        for (const [key, value] of Object.entries(body)) {
          expect(key).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
          expect(value === null || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true);
        }
        const leaves = countLeaves(record.dataCollected ?? {}) + countLeaves(record.call.metadata ?? {});
        const expected =
          leaves + 2 * (record.evaluationResults ?? []).length + 4 * (record.tasks ?? []).length;
        expect(Object.keys(body)).toHaveLength(FIXED.length + expected);
      }),
    );
  });

  it('stays quick and bounded where ten thousand names clash, and where one long name holds many fields', () => {
    const clashing = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`a${'?'.repeat(i % 100)}${'!'.repeat(i / 100)}`, i]),
    );
    const long = {
      ['x'.repeat(300_000)]: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, i])),
    };
    const startedAt = performance.now();
    expect(Object.keys(collected(clashing))).toHaveLength(10_000);
    expect(zapierFormatter.render(eventOf({ ...MINIMAL, dataCollected: long })).length).toBeLessThan(
      10_000_000,
    );
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
