import fc from 'fast-check';
import { FieldNamer, rememberedSnakeCase, snakeCase } from './field-names';

describe('snakeCase', () => {
  it.each([
    ['Was the goal met?', 'was_the_goal_met'],
    ['Did the agent mention pricing?', 'did_the_agent_mention_pricing'],
    ['budget', 'budget'],
    ['crmId', 'crm_id'],
    ['preferredDate', 'preferred_date'],
    ['HTTPStatus', 'http_status'],
    ['userID', 'user_id'],
    ['SCREAMING_SNAKE', 'screaming_snake'],
    ['kebab-case-name', 'kebab_case_name'],
    ['  spaced   out  ', 'spaced_out'],
    ['__private__', 'private'],
    ['line2', 'line2'],
    ['2ndChoice', '2nd_choice'],
    ['a.b/c:d', 'a_b_c_d'],
    ['100%', '100'],
    ['tabs\tand\nbreaks', 'tabs_and_breaks'],
    ['Prénom', 'prenom'],
    ['Größe', 'grosse'],
    ['Ærø Łódź', 'aero_lodz'],
    ['Budget 预算', 'budget'],
    ['预算 (EUR)', 'eur'],
    ['emoji 🎉 party', 'emoji_party'],
    ['ﬁt 1', 'fit_1'],
  ])('makes %j into %s', (name, expected) => {
    expect(snakeCase(name)).toBe(expected);
  });

  it.each(['', '预算', 'الميزانية', 'имя', '???', '🎉', '＃１', 'é', ' ', '_'])(
    'finds no name in %j',
    (name) => {
      expect(snakeCase(name)).toBeNull();
    },
  );

  it('gives only a-z, 0-9 and single underscores between them, from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const made = snakeCase(name);
        if (/[A-Za-z0-9]/.test(name)) expect(made).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
        else expect(made).toBeNull();
        expect(rememberedSnakeCase(name)).toBe(made);
        expect(rememberedSnakeCase(name)).toBe(made);
      }),
    );
  });

  it('leaves what is snake_case as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]+(_[a-z0-9]+)*$/), (name) =>
        expect(snakeCase(name)).toBe(name),
      ),
    );
  });
});

describe('FieldNamer', () => {
  it('numbers the names without an ASCII letter or digit, each object or list from 1', () => {
    const namer = new FieldNamer();
    expect(['预算', 'budget', '日期', '预算'].map((name) => namer.name(name))).toEqual([
      'field_1',
      'budget',
      'field_2',
      'field_3',
    ]);
    expect(new FieldNamer().name('имя')).toBe('field_1');
  });
});
