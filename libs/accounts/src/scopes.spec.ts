import { excessOf, hasScope, normalizeScopes, type Scope } from './scopes';

const soon = new Date('2026-12-01T00:00:00Z');
const later = new Date('2026-12-01T00:00:00.001Z');

describe('scopes', () => {
  it.each<[Scope[], Scope, boolean]>([
    [['READ'], 'READ', true],
    [['READ'], 'MANAGE', false],
    [['READ'], 'ADMIN', false],
    [['MANAGE'], 'READ', false],
    [['MANAGE'], 'MANAGE', true],
    [['READ', 'MANAGE'], 'ADMIN', false],
    [['ADMIN'], 'READ', true],
    [['ADMIN'], 'MANAGE', true],
    [['ADMIN'], 'ADMIN', true],
    [[], 'READ', false],
  ])('%j grants %s: %s', (scopes, needed, granted) => expect(hasScope(scopes, needed)).toBe(granted));

  it('have one order and no repetitions', () => {
    expect(normalizeScopes(['ADMIN', 'READ', 'READ'])).toEqual(['READ', 'ADMIN']);
  });

  it.each<[string, Scope[], Date | null, Scope[], Date | null, string[]]>([
    ['the same', ['ADMIN'], null, ['ADMIN'], null, []],
    ['less', ['READ'], soon, ['ADMIN'], null, []],
    ['as long', ['READ'], soon, ['ADMIN'], soon, []],
    ['longer', ['READ'], later, ['ADMIN'], soon, ['expiresAt']],
    ['forever', ['READ'], null, ['ADMIN'], soon, ['expiresAt']],
    ['more', ['ADMIN'], null, ['READ', 'MANAGE'], null, ['scopes']],
    ['another', ['READ'], null, ['MANAGE'], null, ['scopes']],
    ['more and longer', ['READ', 'ADMIN'], null, ['READ'], soon, ['scopes', 'expiresAt']],
  ])('may be passed on within one’s own: %s', (_, scopes, expiresAt, own, ownEnd, refused) => {
    const errors = excessOf({ scopes, expiresAt }, { scopes: own, expiresAt: ownEnd });
    expect(errors.map(({ path }) => path)).toEqual(refused);
  });
});
