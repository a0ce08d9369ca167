import { recognise } from './recognise';

const UUID = '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22';

describe('what a text in the search box can mean', () => {
  it.each([
    [`dlv_${UUID}`, ['id dlv']],
    [`  "evt_${UUID}".`, ['id evt']],
    [`EVT_${UUID.toUpperCase()}`, ['id evt']],
    [UUID, ['id acc', 'id whk', 'id evt', 'id dlv', 'id att', 'id key', 'call']],
    ['call_123', ['call', 'name']],
    ['+44 20 7183 8750', ['phone', 'name']],
    ['(415) 555-0100', ['phone', 'name']],
    ['0207 183 8750', ['phone', 'name']],
    ['447183875', ['phone', 'call', 'name']],
    ['12345', ['call', 'name']],
    ['https://crm.example/hook', ['url', 'call', 'name']],
    ['crm.example', ['url', 'call', 'name']],
    ['Acme Ltd', ['name']],
    ['', []],
    ['   ', []],
    ['"', []],
  ])('%j', (text, kinds) => {
    expect(recognise(text).map((guess) => (guess.kind === 'id' ? `id ${guess.prefix}` : guess.kind))).toEqual(
      kinds,
    );
  });

  it('should keep nothing but the digits of a phone number', () => {
    expect(recognise('+44 (0)20 7183-8750')[0]).toEqual({ kind: 'phone', digits: '4402071838750' });
  });
});
