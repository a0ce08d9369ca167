import { readMembers } from './json-members';

const RECORD = {
  call: { id: 'call_1', title: 'a "quoted" \\ one, with {brackets]', metadata: { n: [1, { a: ']' }] } },
  agent: null,
  phoneNumbers: { from: '+1', to: null },
  transcript: { text: 'x'.repeat(50) },
};

describe('reading members of a JSON text', () => {
  const { call, phoneNumbers } = RECORD;

  it.each([JSON.stringify(RECORD), JSON.stringify(RECORD, null, 2)])(
    'finds those that are asked for',
    (text) => expect(readMembers(text, ['call', 'phoneNumbers'])).toEqual({ call, phoneNumbers }),
  );

  it('leaves out, at any place where the text ends, what is not there in full', () => {
    const text = JSON.stringify(RECORD);
    const [callEnd, numbersEnd] = [text.indexOf(',"agent"'), text.indexOf(',"transcript"')];
    for (let length = 0; length <= text.length; length++) {
      expect([length, readMembers(text.slice(0, length), ['call', 'phoneNumbers'])]).toEqual([
        length,
        { ...(length >= callEnd ? { call } : {}), ...(length >= numbersEnd ? { phoneNumbers } : {}) },
      ]);
    }
  });

  it('reads NUL characters and half surrogate pairs, which PostgreSQL cannot', () =>
    expect(readMembers('{"call":{"title":"\\u0000\\ud83d"}}', ['call'])).toEqual({
      call: { title: '\0\ud83d' },
    }));
});
