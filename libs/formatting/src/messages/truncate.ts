const ELLIPSIS = '…';
/** Longer than any character that people write, in UTF-16 units. */
const LOOKAHEAD = 100;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Shortens a text to at most `max` UTF-16 units of its encoded form, between characters as people see them: an emoji
 * or a letter with its accents stays whole.
 * @param encode what the platform requires before it counts, such as escaping; it must work character by character.
 */
export function truncate(text: string, max: number, encode: (text: string) => string = same): string {
  if (text.length <= max) {
    const encoded = encode(text);
    if (encoded.length <= max) return encoded;
  }
  const budget = max - ELLIPSIS.length;
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += encode(character).length;
    if (length > budget) break;
    end += character.length;
  }
  return encode(text.slice(0, lastBoundary(text, end)).trimEnd()) + ELLIPSIS;
}

function lastBoundary(text: string, end: number): number {
  // The segmenter needs what follows the cut, but not all of it.
  const start = segmenter.segment(text.slice(0, end + LOOKAHEAD)).containing(end)?.index ?? end;
  // Stacked accents can make one "character" longer than the whole limit: then it is cut between code points.
  return start === 0 ? end : start;
}

function same(text: string): string {
  return text;
}
