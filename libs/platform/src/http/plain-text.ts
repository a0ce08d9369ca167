import { ValidateBy } from 'class-validator';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

/** Characters that show nothing or turn the direction of text around: two names could look the same. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/u;

/** Scripts in which a joiner or non-joiner between two letters changes how they are written. */
const JOINING = ['Arabic', 'Syriac', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar']
  .map((script) => `\\p{Script=${script}}`)
  .join(''); // prettier-ignore

/** Where an otherwise invisible character is part of how people write: Persian words, emoji, flags, variants of characters. */
const NEEDED = new RegExp(
  [
    `(?<=[${JOINING}])[\\u200c\\u200d](?=[${JOINING}])`,
    '(?<=\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]?)\\u200d(?=\\p{Extended_Pictographic})',
    '(?<=[\\p{Emoji}])[\\ufe0e\\ufe0f]',
    '(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]',
    '(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{2,6}\\u{e007f}',
  ].join('|'),
  'gu',
);

/** Whether a text is one line without control characters (PostgreSQL cannot store NUL) and without lone surrogates. */
export function isPlainText(text: string): boolean {
  return !CONTROL.test(text);
}

/** Whether people see a text as it is: plain, and without characters that hide or reorder anything. */
export function isVisibleText(text: string): boolean {
  return isPlainText(text) && !INVISIBLE.test(text.replace(NEEDED, ''));
}

/** A text to search for: one line that is not blank. Invisible characters are accepted: contacts copy numbers with them. */
export function IsPlainText(): PropertyDecorator {
  return ValidateBy({
    name: 'isPlainText',
    validator: {
      validate: (value) => typeof value === 'string' && value.trim() !== '' && isPlainText(value),
      defaultMessage: () => 'must not be blank or contain control characters',
    },
  });
}

/** A name: one line of visible text. */
export function IsVisibleText(): PropertyDecorator {
  return ValidateBy({
    name: 'isVisibleText',
    validator: {
      validate: (value) => typeof value === 'string' && value.trim() !== '' && isVisibleText(value),
      defaultMessage: () => 'must not be blank or contain control characters or invisible characters',
    },
  });
}
