import { createHash } from 'node:crypto';
import fc from 'fast-check';
import golden from '../../../test/fixtures/golden/zapier.json';
import { fieldName } from './field-names';

const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8);

describe('the key of a field', () => {
  it.each(Object.entries(golden.keys))('of the ASCII name %j stays as it was: %s', (name, key) => {
    expect(`collected_${fieldName(name)}`).toBe(key);
  });

  it.each([
    ['Prénom', 'prenom'],
    ['Größe', 'grosse'],
    ['Ærø Łódź', 'aero_lodz'],
    ['ﬁt 1', 'fit_1'],
    ['emoji 🎉 party', 'emoji_party'],
    ['预算 (EUR)', 'yu_suan_eur'],
    ['予算', 'yu_suan'],
    ['希望日', 'xi_wang_ri'],
    ['имя', 'imya'],
    ['больше', 'bolshe'],
    ['λόγος', 'logos'],
    ['예산', 'yesan'],
    ['が', 'ga'],
    ['か\u3099', 'ga'],
    ['é', 'e'],
    ['＃１', '1'],
  ])('of %j is %s', (name, expected) => expect(fieldName(name)).toBe(expected));

  it.each(['', '???', '🎉', ' ', '_', '\u{20000}'])('of %j, which has no letter, is its hash', (name) => {
    expect(fieldName(name)).toBe(`field_${hashOf(name)}`);
  });

  it('consists of a-z, 0-9 and single underscores between them, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const key = fieldName(name);
        expect(key).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
        expect(fieldName(name)).toBe(key);
      }),
    );
  });

  it('is the name itself where that is snake_case', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]+(_[a-z0-9]+)*$/), (name) =>
        expect(fieldName(name)).toBe(name),
      ),
    );
  });
});
