import fc from 'fast-check';
import { Problem } from '@app/platform';
import { isHeldByDouble } from './numbers';
import { readJson } from './read-json';

const read = (text: string) => readJson(Buffer.from(text));
const faults = (text: string) => read(text).errors.map(({ path, message }) => `${path} ${message}`);
const TWICE = 'is given more than once';
const LOSSY = 'is a number that a double cannot hold exactly; send it as text';

describe('reading JSON', () => {
  it.each([
    ['{"a":1,"a":1}', `a ${TWICE}`],
    ['{"a":1,"\\u0061":2}', `a ${TWICE}`],
    ['{"a":{"b":[{"c":1},{"c":1, "d":2 , "d" : 3}]}}', `a.b[1].d ${TWICE}`],
    ['[[],{"":1,"":2}]', `[1]. ${TWICE}`],
    ['{"__proto__":1,"__proto__":2}', `__proto__ ${TWICE}`],
    ['{"a\\"":1,"a\\"":2}', `a" ${TWICE}`],
    ['{"n":7615917337495251231}', `n ${LOSSY}`],
    ['{"n":9007199254740993}', `n ${LOSSY}`],
    ['{"n":[0,-9007199254740993 ]}', `n[1] ${LOSSY}`],
    ['{"n":1e400}', `n ${LOSSY}`],
    ['[1e-400]', `[0] ${LOSSY}`],
    ['{"n":-1E+400}', `n ${LOSSY}`],
    ['{"n":0.30000000000000004440892098500626}', `n ${LOSSY}`],
    ['{"n":3.14159265358979323846}', `n ${LOSSY}`],
  ])('finds what parsing %s would lose', (text, fault) => expect(faults(text)).toEqual([fault]));

  it.each([
    '{}',
    '{"a":"\\"a\\":1","b":"{\\"b\\":1}"}',
    '{"a":{"a":{"a":[1,2,{"a":"a"}]}}}',
    '{"n":[0.7049999999999272,93.49999999999999,-0,-0.0,1.50,1e21,1E+2,0e999,100000000000000000000]}',
    '{"n":1.000000000000000000000,"m":9007199254740992,"o":12345678901234567000}',
    '{"text":"7615917337495251231","7615917337495251231":true}',
    '"text"',
    'null',
    '  [ ]  ',
  ])('finds nothing wrong with %s', (text) => {
    expect(read(text)).toEqual({ value: JSON.parse(text), errors: [] });
  });

  it('reports at most 20 faults', () => {
    expect(faults(`{${Array.from({ length: 99 }, () => '"a":1e999').join()}}`)).toHaveLength(20);
  });

  it('survives nesting that would overflow the stack', () => {
    const text = `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`;
    expect(read(text).errors).toEqual([]);
  });

  it('accepts a byte order mark', () => expect(read('\ufeff{"a":1}').value).toEqual({ a: 1 }));

  it.each([
    ['half a character', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
    ['Latin-1', Buffer.from('{"name":"José"}', 'latin1')],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['no JSON', Buffer.from('{"a":')],
    ['nothing', Buffer.alloc(0)],
  ])('rejects %s', (_what, bytes) => {
    expect(() => readJson(bytes)).toThrow(Problem);
    expect(() => readJson(bytes)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });

  it('reads any JSON as it is (property)', () => {
    fc.assert(
      fc.property(
        fc.json({ stringUnit: 'binary', maxDepth: 6 }),
        fc.constantFrom(undefined, 1),
        (json, indent) => {
          const text = JSON.stringify(JSON.parse(json), null, indent);
          expect(read(text)).toEqual({ value: JSON.parse(text), errors: [] });
        },
      ),
    );
  });

  it('never reads a number as another one (property)', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,24}$/);
    const literal = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(fc.stringMatching(/^\d{1,20}$/)), fc.option(fc.integer({ min: -340, max: 340 })))
      .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`); // prettier-ignore
    fc.assert(
      fc.property(literal, (text) => {
        const { value, errors } = read(`{"deep":[${text}]}`);
        const number = (value as { deep: [number] }).deep[0];
        const isSame = Number.isFinite(number) && exactly(text) === exactly(String(number));
        expect(errors.map(({ path }) => path)).toEqual(isSame ? [] : ['deep[0]']);
        expect(isHeldByDouble(text)).toBe(isSame);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A decimal as a fraction of integers, scaled to 10^-800. */
function exactly(literal: string): bigint {
  const [mantissa, exponent = '0'] = literal.split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(800 + Number(exponent) - fraction.length);
}
