import { Problem } from '@app/platform';

/** Where one value of a body is. */
export interface JsonSlice {
  start: number;
  end: number;
  /** Bytes as `JSON.stringify` would write it: without white space, and with as few escapes as possible. */
  compactBytes: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const COMMA = 0x2c;

/**
 * Walks over the structure of a JSON text byte by byte, without parsing its values: those of one element are then
 * parsed alone. The methods are generators that yield now and then, so that a text of any size can be walked in turns.
 */
export class JsonWalker {
  at = 0;
  private walkedTo = 0;

  constructor(
    readonly bytes: Buffer,
    private readonly bytesPerYield: number,
  ) {
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  /** @returns the byte after white space, undefined at the end. */
  *peek(): Generator<void, number | undefined> {
    while (isSpace(this.bytes[this.at])) {
      this.at++;
      if (this.isTimeToYield(this.at)) yield;
    }
    return this.bytes[this.at];
  }

  /** @throws Problem malformed_json if something else comes next. */
  *expect(character: string): Generator<void, void> {
    if (!(yield* this.accept(character))) throw malformed();
  }

  /** Steps over the character if it comes next. @returns whether it did. */
  *accept(character: string): Generator<void, boolean> {
    if ((yield* this.peek()) !== character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  /** A name of an object. */
  *name(): Generator<void, string> {
    if ((yield* this.peek()) !== QUOTE) throw malformed();
    const { start, end } = yield* this.value();
    try {
      return JSON.parse(this.bytes.toString('utf8', start, end)) as string;
    } catch {
      throw malformed();
    }
  }

  /** Steps over one value. Whether it is valid JSON is found out by parsing it. */
  *value(): Generator<void, JsonSlice> {
    yield* this.peek();
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let compactBytes = 0;
    let depth = 0;
    let inText = false;
    for (; at < bytes.length; at++) {
      if (this.isTimeToYield(at)) yield;
      const byte = bytes[at];
      if (inText) {
        if (byte === BACKSLASH) {
          compactBytes += escapedBytes(bytes, at);
          at += bytes[at + 1] === 0x75 ? 5 : 1;
          continue;
        }
        if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) {
        inText = true;
      } else if (OPEN.has(byte)) {
        depth++;
      } else if (CLOSE.has(byte)) {
        if (depth === 0) break;
        depth--;
      } else if (byte === COMMA) {
        if (depth === 0) break;
      } else if (isSpace(byte)) {
        continue;
      } else if (byte === 0x3a && depth === 0) {
        break;
      }
      compactBytes++;
    }
    if (inText || depth > 0 || compactBytes === 0 || at > bytes.length) throw malformed();
    this.at = at;
    return { start, end: at, compactBytes };
  }

  /** @throws Problem malformed_json if there is more than white space. */
  *end(): Generator<void, void> {
    if ((yield* this.peek()) !== undefined) throw malformed();
  }

  private isTimeToYield(at: number): boolean {
    if (at - this.walkedTo < this.bytesPerYield) return false;
    this.walkedTo = at;
    return true;
  }
}

/** How many bytes an escaped character takes as `JSON.stringify` writes it, in UTF-8. */
function escapedBytes(bytes: Buffer, at: number): number {
  if (bytes[at + 1] === 0x2f) return 1;
  if (bytes[at + 1] !== 0x75) return 2;
  const unit = parseInt(bytes.toString('latin1', at + 2, at + 6), 16);
  if (unit < 0x20) return 6;
  if (unit === QUOTE || unit === BACKSLASH) return 2;
  if (unit < 0x80) return 1;
  // Half of a surrogate pair is half of four bytes.
  return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function malformed(): Problem {
  return new Problem('malformed_json', 'The body is not valid JSON.');
}
