import { isPlainText, isVisibleText } from './plain-text';

describe('a name', () => {
  it.each([
    ['letters', 'Acme Solar, Zürich (東京) №1'],
    ['Arabic', 'شركة الاتصالات'],
    ['a Persian word with a non-joiner', 'می\u200cخواهم'],
    ['a Hindi word with a joiner', 'क्\u200dष'],
    ['an emoji', '☎️ Support 👍🏽'],
    ['a family', '👩\u200d👩\u200d👧'],
    ['a profession with a skin tone', '👩🏽\u200d💻'],
    ['a flag of a country', '🇩🇪'],
    ['a flag of a region', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['a keycap', '1️⃣'],
    ['a variant of a Chinese character', '葛\u{e0100}城'],
  ])('may have %s', (_, text) => expect(isVisibleText(text)).toBe(true));

  it.each([
    ['a NUL', 'a\0b'],
    ['a line break', 'a\nb'],
    ['a lone surrogate', 'a\ud800'],
    ['a right-to-left override', 'invoice\u202egpj.exe'],
    ['a left-to-right isolate', 'a\u2066b'],
    ['an Arabic letter mark', 'a\u061cb'],
    ['a zero-width space', 'ad\u200bmin'],
    ['a non-joiner between Latin letters', 'ad\u200cmin'],
    ['a joiner between Latin letters', 'ad\u200dmin'],
    ['a joiner at the end', 'admin\u200d'],
    ['a joiner after an emoji and before a letter', '👩\u200da'],
    ['a word joiner', 'a\u2060b'],
    ['a soft hyphen', 'ad\u00admin'],
    ['a byte order mark', '\ufeffadmin'],
    ['a Hangul filler', 'a\u3164'],
    ['tags without a flag', 'a\u{e0061}\u{e007f}'],
    ['a variation selector after nothing', 'a\ufe0f'],
  ])('must not have %s', (_, text) => expect(isVisibleText(text)).toBe(false));
});

describe('a text to search for', () => {
  it('may have the direction marks that contacts copy with a number', () =>
    expect(isPlainText('\u202a+1 415 555 0100\u202c')).toBe(true));
  it('must not have a NUL', () => expect(isPlainText('a\0')).toBe(false));
});
