import fc from 'fast-check';
import type { CallData, JsonValue } from '../call-data';
import { EVENT_TYPES } from '../event-types';
import { parseCallData, type CallDataInput } from '../parse-call-data';
import { defaultFormatter } from '../formatters/default';
import { zapierFormatter } from '../formatters/zapier';

export const ID = 'evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22';
/** The keys that every flat body begins with. */
export const FIXED = [
  'event_id', 'event_type', 'event_timestamp', 'api_version', 'test', 'call_id', 'call_title', 'call_status',
  'call_direction', 'call_duration_seconds', 'call_started_at', 'call_finished_at', 'call_end_reason', 'agent_id',
  'agent_name', 'from_number', 'to_number', 'transcript', 'transcript_message_count', 'transcript_language',
  'summary_full', 'summary_short', 'recording_url', 'evaluation_count', 'evaluation_passed_count', 'tasks', 'task_count',
]; // prettier-ignore

/** The least that may be published. */
export const MINIMAL: CallDataInput = {
  call: { id: 'call_1', status: 'completed', startedAt: '2026-11-23T10:00:00Z' },
  phoneNumbers: { from: '+14155550100', to: '+442071838750' },
};

export type Flat = Record<string, unknown>;

export function eventOf(input: unknown, test = false) {
  const parsed = parseCallData(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return {
    id: ID,
    type: EVENT_TYPES[0],
    occurredAt: new Date('2026-11-23T10:00:00.000Z'),
    data: parsed.json,
    test,
  };
}

export function nested(input: unknown, test = false) {
  return JSON.parse(defaultFormatter.render(eventOf(input, test)).toString()) as Record<string, unknown> & {
    data: CallData;
  };
}

export function flat(input: unknown, test = false): Flat {
  return JSON.parse(zapierFormatter.render(eventOf(input, test)).toString()) as Flat;
}

/** Any call record that may be published, with names that are likely to clash. */
export function anyRecord(): fc.Arbitrary<CallDataInput> {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const name = fc.oneof(
    fc.constantFrom('a', 'A', 'a?', 'a_2', 'count', '预算', 'rationale', 'a rationale'),
    text,
  );
  const free = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
  const members = fc
    .dictionary(name, free, { maxKeys: 6, noNullPrototype: true })
    .filter((value) => !/"(__proto__"|\\u0000)/.test(JSON.stringify(value)));
  const time = fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value);
  return fc.record(
    {
      call: fc.record(
        {
          id: fc.stringMatching(/^[\w-]{1,40}$/),
          status: fc.constantFrom('completed', 'busy', 'no_answer'),
          startedAt: time,
          title: maybe(text),
          direction: maybe(fc.constantFrom('incoming', 'outgoing')),
          durationSeconds: maybe(fc.nat(10_000)),
          finishedAt: maybe(time),
          metadata: members,
        },
        { requiredKeys: ['id', 'status', 'startedAt'] },
      ),
      phoneNumbers: fc.constant(MINIMAL.phoneNumbers),
      agent: maybe(fc.record({ id: text, name: text })),
      transcript: maybe(
        fc.record({
          messages: fc.array(
            fc.record({ role: fc.constantFrom('agent', 'caller'), text, metadata: members }),
            { maxLength: 3 },
          ),
        }),
      ),
      summaries: maybe(fc.record({ full: maybe(text), short: maybe(text) })),
      recording: maybe(fc.record({ url: fc.webUrl() })),
      dataCollected: members,
      evaluationResults: fc.array(
        fc.record({
          name: name.filter((each) => each !== ''),
          result: maybe(fc.oneof(fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), text)),
          rationale: maybe(text),
        }),
        { maxLength: 5 },
      ),
      tasks: fc.array(fc.record({ title: text.filter((each) => each !== ''), dueAt: maybe(time) }), {
        maxLength: 3,
      }),
    },
    { requiredKeys: ['call', 'phoneNumbers'] },
  );
}

/** How many keys a free part becomes: one for each scalar, list of scalars, or empty object. */
export function countLeaves(value: JsonValue, isTop = true): number {
  if (value === null || typeof value !== 'object') return 1;
  const items = Object.values(value);
  if (items.length === 0) return isTop ? 0 : 1;
  if (Array.isArray(value) && items.every((item) => item === null || typeof item !== 'object')) return 1;
  return items.reduce<number>((sum, item) => sum + countLeaves(item, false), 0);
}
