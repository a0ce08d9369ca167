import { EVENT_TYPES, sampleCallData } from '@app/formatting';
import { newId, Problem } from '@app/platform';
import type { NewEvent } from './event-store';
import { MAX_EVENT_BYTES, type PublicationKeys, readPublication } from './publication';

const accountId = newId('acc');
const publication = (changes: Record<string, unknown> = {}) => ({
  accountId, type: 'CALL_COMPLETED', data: sampleCallData('CALL_COMPLETED'), ...changes,
}); // prettier-ignore

function accepted(value: unknown, keys?: PublicationKeys): NewEvent {
  const read = readPublication({ value, errors: [] }, keys);
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return read.event;
}
function rejection(value: unknown, keys?: PublicationKeys): Problem {
  const read = readPublication({ value, errors: [] }, keys);
  if (read.ok) throw new Error('It was accepted');
  return read.problem;
}
const paths = (input: unknown, keys?: PublicationKeys) =>
  rejection(input, keys).extra.errors!.map(({ path }) => path);

describe('what a publisher says', () => {
  it.each(EVENT_TYPES)('is read: %s', (type) => {
    const data = sampleCallData(type);
    const event = accepted(publication({ type, data, idempotencyKey: 'k', occurredAt: '2026-11-23T10:00:00.123Z' })); // prettier-ignore
    expect(event).toMatchObject({ accountId, type, callId: data.call.id, idempotencyKey: 'k' });
    expect(event.id).toMatch(/^evt_/);
    expect(event.occurredAt).toEqual(new Date('2026-11-23T10:00:00.123Z'));
    expect(JSON.parse(event.data).call.id).toBe(data.call.id);
  });

  it('happened now when it does not say when', () => {
    const before = Date.now();
    const { occurredAt, idempotencyKey } = accepted(publication({ occurredAt: null, idempotencyKey: null }));
    expect(occurredAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(idempotencyKey).toBeNull();
  }); // prettier-ignore

  it.each<[string, unknown, string]>([
    ['no account', publication({ accountId: undefined }), 'accountId'],
    ['an id of something else', publication({ accountId: newId('whk') }), 'accountId'],
    ['an account that is no text', publication({ accountId: { $ne: null } }), 'accountId'],
    ['an unknown type', publication({ type: 'CALL_LOST' }), 'type'],
    ['a type that is no text', publication({ type: ['CALL_FAILED'] }), 'type'],
    ['an empty idempotency key', publication({ idempotencyKey: '' }), 'idempotencyKey'],
    ['one that is too long', publication({ idempotencyKey: 'k'.repeat(256) }), 'idempotencyKey'],
    ['one that is a number', publication({ idempotencyKey: 7 }), 'idempotencyKey'],
    ['one with a NUL', publication({ idempotencyKey: 'a\0b' }), 'idempotencyKey'],
    ['one with half a surrogate pair', publication({ idempotencyKey: 'a\uDC00' }), 'idempotencyKey'],
    ['an unknown field', publication({ callback: 'x' }), 'callback'],
    ['a prototype for a field', JSON.parse(`{"__proto__": {"type": "CALL_FAILED"}}`), '__proto__'],
    ['no data', publication({ data: undefined }), 'data'],
    ['data that is null', publication({ data: null }), 'data'],
    ['an unknown field of data', publication({ data: { ...sampleCallData('CALL_FAILED'), extra: 1 } }), 'data.extra'],
    ['no number', publication({ data: { ...sampleCallData('CALL_FAILED'), phoneNumbers: undefined } }), 'data.phoneNumbers'],
  ])('is refused by path: %s', (_, input, path) => expect(paths(input)).toContain(path)); // prettier-ignore

  it.each([
    '2026-11-23', '2026-11-23T10:00:00', 'yesterday', '2026-13-01T00:00:00Z', '2026-11-23T25:00:00Z', '',
    1_700_000_000_000, '1969-12-31T23:59:59Z', '+010000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', {},
  ])('did not happen at %j', (occurredAt) => expect(paths(publication({ occurredAt }))).toEqual(['occurredAt'])); // prettier-ignore

  it.each([
    ['2026-11-23T10:00Z', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T10:00:00+02:00', '2026-11-23T08:00:00.000Z'],
    ['2026-11-23T10:00:00.123456789-0130', '2026-11-23T11:30:00.123Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ])('happened at %s', (occurredAt, iso) => {
    expect(accepted(publication({ occurredAt })).occurredAt.toISOString()).toBe(iso);
  });

  it.each([[null], [undefined], [[]], ['text'], [7]])('is an object, not %j', (input) => {
    expect(rejection(input).code).toBe('validation_failed');
  });

  it('is told of everything that is wrong at once', () => {
    expect(paths({ accountId: 'x', type: 'y', occurredAt: 'z', extra: 1 })).toEqual(
      expect.arrayContaining(['accountId', 'type', 'occurredAt', 'extra', 'data']),
    );
  });

  it.each([
    [0, true],
    [1, false],
  ])('may be 1 MiB as it is stored, plus %d: %s', (more, isTaken) => {
    for (const character of ['x', 'é', '漢', '🙂']) {
      const fill = (full: string) => ({
        ...sampleCallData('CALL_COMPLETED'),
        summaries: { full, short: null },
      });
      const room = MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(fill('')));
      const bytes = Buffer.byteLength(character);
      const text = character.repeat(Math.floor(room / bytes)) + 'x'.repeat((room % bytes) + more);
      const input = publication({ data: fill(text) });
      if (isTaken) expect(Buffer.byteLength(accepted(input).data)).toBe(MAX_EVENT_BYTES);
      else expect(rejection(input)).toMatchObject({ code: 'payload_too_large', status: 413 });
    }
  });

  it('has an idempotency key of up to 255 characters, not UTF-16 units', () => {
    expect(accepted(publication({ idempotencyKey: '🙂'.repeat(255) })).idempotencyKey).toBe('🙂'.repeat(255));
    expect(paths(publication({ idempotencyKey: '🙂'.repeat(256) }))).toEqual(['idempotencyKey']);
  });

  it('can have its idempotency key in the header, and not another one in the body', () => {
    expect(accepted(publication(), { idempotencyKey: 'h' }).idempotencyKey).toBe('h');
    expect(accepted(publication({ idempotencyKey: 'h' }), { idempotencyKey: 'h' }).idempotencyKey).toBe('h');
    expect(paths(publication({ idempotencyKey: 'b' }), { idempotencyKey: 'h' })).toEqual(['idempotencyKey']);
    expect(paths(publication(), { idempotencyKey: '' })).toEqual(['Idempotency-Key']);
    expect(paths(publication(), { idempotencyKey: 'x'.repeat(256) })).toEqual(['Idempotency-Key']);
  });

  it('gets a key from its entry point only if it has none', () => {
    expect(accepted(publication(), { fallbackKey: 'f' }).idempotencyKey).toBe('f');
    expect(accepted(publication({ idempotencyKey: null }), { fallbackKey: 'f' }).idempotencyKey).toBe('f');
    expect(accepted(publication({ idempotencyKey: 'b' }), { fallbackKey: 'f' }).idempotencyKey).toBe('b');
    expect(accepted(publication(), { idempotencyKey: 'h', fallbackKey: 'f' }).idempotencyKey).toBe('h');
  });

  it('is rejected with what was wrong with its text, its envelope, and its data together, 20 errors at most', () => {
    const value = {
      accountId: 'x',
      data: { call: { id: 7 }, tasks: Array.from({ length: 50 }, () => ({})) },
    };
    const read = readPublication({
      value,
      errors: [{ path: 'data.call.id', message: 'is given more than once' }],
    });
    const found = read.ok ? [] : read.problem.extra.errors!;
    expect(found).toHaveLength(20);
    expect(found.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'data.call.id',
        'accountId',
        'type',
        'data.call.status',
        'data.tasks[0].title',
      ]),
    );
  });

  it('is refused, not fallen over, when it is nested without an end', () => {
    const deep = JSON.parse('{"a":'.repeat(60_000) + '1' + '}'.repeat(60_000)) as unknown;
    const data = { ...sampleCallData('CALL_COMPLETED'), dataCollected: deep };
    expect(rejection(publication({ data })).status).toBe(400);
  });
});
