import { ValidateBy } from 'class-validator';

// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

/** Whether a text is one line that people can see: no control characters (PostgreSQL cannot store NUL), no half characters. */
export function isPlainText(text: string): boolean {
  return !UNSEEN.test(text);
}

/** A name or the like: one line of plain text that is not blank. */
export function IsPlainText(): PropertyDecorator {
  return ValidateBy({
    name: 'isPlainText',
    validator: {
      validate: (value) => typeof value === 'string' && value.trim() !== '' && isPlainText(value),
      defaultMessage: () => 'must not be blank, nor have control characters in it',
    },
  });
}
