const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const MINUS = 45;

/** @param at where white space may begin. @returns where it ends. */
export function skipSpace(text: string, at: number): number {
  let code = text.charCodeAt(at);
  while (code === 32 || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++at);
  return at;
}

/** @param open where a string's first quote is. @returns where its last one is. */
export function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close;
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === BACKSLASH) before--;
  return (quote - before) % 2 === 0;
}

/** @param start where a number begins. @returns where it ends. */
export function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (let code = text.charCodeAt(end); isNumberPart(code); code = text.charCodeAt(end)) end++;
  return end;
}

export function beginsNumber(code: number): boolean {
  return isDigit(code) || code === MINUS;
}

export function isQuote(code: number): boolean {
  return code === QUOTE;
}

export function isColon(code: number): boolean {
  return code === COLON;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Digits, signs, the point, and the exponent's letter. */
function isNumberPart(code: number): boolean {
  return isDigit(code) || code === 46 || code === 43 || code === MINUS || code === 101 || code === 69;
}
