import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { EVENT_TYPE_CATALOG } from './catalog';
import { EVENT_TYPES } from './event-types';
import { parseCallData } from './parse-call-data';
import { sampleCallData } from './samples';
import { anyRecord, FIXED, flat, nested } from './testing/records';

describe('the catalog of event types', () => {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, allowMatchingProperties: true });
  addFormats(ajv);

  it('knows the four types', () => {
    expect(EVENT_TYPE_CATALOG.map((entry) => entry.type)).toEqual([...EVENT_TYPES]);
  });

  it.each(EVENT_TYPE_CATALOG.flatMap((entry) => [['DEFAULT', entry] as const, ['ZAPIER', entry] as const]))(
    'has a %s schema that its example keeps, and that fits no other type, no missing and no unknown field',
    (format, { schema, example }) => {
      const validate = ajv.compile(schema[format]);
      validate(example[format]);
      expect(validate.errors).toBeNull();
      expect(validate({ ...example[format], surprise: 1 })).toBe(false);
      for (const key of Object.keys(example[format])) {
        const rest: Record<string, unknown> = { ...example[format] };
        delete rest[key];
        const isFixed = format === 'DEFAULT' || FIXED.includes(key);
        expect(validate(rest)).toBe(!isFixed);
      }
      expect(
        validate({
          ...example[format],
          ...(format === 'DEFAULT' ? { type: 'OTHER' } : { event_type: 'OTHER' }),
        }),
      ).toBe(false);
    },
  );

  it('has schemas that every rendered body keeps (property)', () => {
    const [entry] = EVENT_TYPE_CATALOG;
    const isNested = ajv.compile({ ...entry.schema.DEFAULT, $id: 'nested' });
    const isFlat = ajv.compile({ ...entry.schema.ZAPIER, $id: 'flat' });
    fc.assert(
      fc.property(anyRecord(), fc.boolean(), (record, test) => {
        isNested(nested(record, test));
        expect(isNested.errors).toBeNull();
        isFlat(flat(record, test));
        expect(isFlat.errors).toBeNull();
      }),
    );
  });

  it('describes every field of the nested body', () => {
    const undescribed: string[] = [];
    const walk = (schema: Record<string, never>, path: string): void => {
      for (const [name, field] of Object.entries<Record<string, never>>(schema['properties'] ?? {})) {
        if (!field['description'] && !field['const']) undescribed.push(`${path}.${name}`);
        walk(field['items'] ?? field, `${path}.${name}`);
      }
    };
    walk(EVENT_TYPE_CATALOG[0].schema.DEFAULT as Record<string, never>, '');
    expect(undescribed).toEqual([]);
  });

  it('takes its samples for publishers as well', () => {
    for (const type of EVENT_TYPES) {
      const sample = sampleCallData(type);
      expect(parseCallData(sample)).toEqual({ ok: true, data: sample, json: JSON.stringify(sample) });
    }
  });
});
