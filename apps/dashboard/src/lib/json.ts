/** A piece of a text with its kind: key, string, number, word (true, false, null) or none. */
export interface Token {
  text: string;
  kind: 'k' | 's' | 'n' | 'w' | '';
}

/** Beyond this, colours cost more than they help. */
const MOST_COLOURED = 200_000;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Splits JSON text for colouring. What it does not know stays as it is, so any text may come. */
export function tokens(text: string): Token[] {
  if (text.length > MOST_COLOURED) return [{ text, kind: '' }];
  const found: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), kind: '' });
    const [whole, string, colon, number] = match;
    if (string !== undefined) {
      found.push({ text: string, kind: colon === undefined ? 's' : 'k' });
      if (colon !== undefined) found.push({ text: colon, kind: '' });
    } else {
      found.push({ text: whole, kind: number === undefined ? 'w' : 'n' });
    }
    end = match.index + whole.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), kind: '' });
  return found;
}

/** JSON with indentation. @returns null where the text is not JSON. */
export function pretty(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

/** Where a search text occurs, ignoring case; at most 1,000 places. */
export function occurrences(text: string, search: string): number[] {
  if (search === '') return [];
  const places: number[] = [];
  const [haystack, needle] = [text.toLowerCase(), search.toLowerCase()];
  for (
    let at = haystack.indexOf(needle);
    at >= 0 && places.length < 1000;
    at = haystack.indexOf(needle, at + needle.length)
  ) {
    places.push(at);
  }
  return places;
}
