/** What surrounds numbers that were copied from contacts, documents, and links: bidirectional marks, unusual spaces. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const MIN_DIGITS = 6;
const MAX_DIGITS = 20;

/**
 * The digits of a text that can be a phone number in any usual notation: `+44 20 7183 8750`, `(415) 555-0100`,
 * `tel:+1-415-555-0100`, `0049.30.901820`. @returns null for anything else.
 */
export function phoneDigits(text: string): string | null {
  const number = text.normalize('NFKC').replace(INVISIBLE, '').trim().replace(/^tel:/i, '');
  if (!/^[+(\d][\d\s().\-‐-―−/]*$/.test(number)) return null;
  const digits = number.replace(/\D/g, '');
  return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS ? digits : null;
}
