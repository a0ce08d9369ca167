/**
 * Reads some members of a JSON object from a text that may end early; those that the text does not hold in full are
 * left out. @throws SyntaxError if a value that is read is not JSON.
 */
export function readMembers(json: string, names: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  let at = json.indexOf('{') + 1;
  while (at > 0 && Object.keys(found).length < names.length) {
    const nameEnd = endOfValue(json, at);
    if (nameEnd < 0) break;
    const name = json.slice(at, nameEnd).trim();
    const start = json.indexOf(':', nameEnd) + 1;
    const end = start > 0 ? endOfValue(json, start) : -1;
    if (end < 0) break;
    for (const wanted of names)
      if (name === `"${wanted}"`) found[wanted] = JSON.parse(json.slice(start, end)) as unknown;
    at = json.indexOf(',', end) + 1;
  }
  return found;
}

/** @returns the place after the value that begins at or after `start`; -1 if the text ends first. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json[at];
    if (character === '"') {
      at = endOfText(json, at);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (character === '{' || character === '[') {
      depth++;
    } else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (character === ',' || character === ':')) {
      return at;
    }
  }
  return -1;
}

/** @returns the place of the quote that ends the text which the quote at `start` begins; -1 if there is none. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at++;
    else if (json[at] === '"') return at;
  }
  return -1;
}
