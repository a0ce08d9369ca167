import { isUtf8 } from 'node:buffer';
import type { FieldError } from '@app/formatting';
import { Problem } from '@app/platform';
import { findFaults } from './json-faults';
import { beginsNumber, endOfNumber, endOfString, isColon, skipSpace } from './json-text';
import { isHeldByDouble } from './numbers';

/** A JSON text as it was read. */
export interface JsonDocument {
  value: unknown;
  /** What the value does not show: names given twice, and numbers that a double cannot hold. */
  errors: readonly FieldError[];
}

/**
 * Reads JSON strictly: nothing of it is lost silently.
 * @throws Problem malformed_json if it is not JSON, or not UTF-8.
 */
export function readJson(bytes: Buffer): JsonDocument {
  if (!isUtf8(bytes)) throw new Problem('malformed_json', 'The body is not UTF-8.');
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return readJsonText(bytes.toString('utf8', hasMark ? 3 : 0));
}

/** The same for text. */
export function readJsonText(text: string): JsonDocument {
  const value = parse(text);
  return { value, errors: isSuspicious(text, value) ? findFaults(text) : [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('malformed_json', 'The body is not valid JSON.');
  }
}

/** The shortest number that a double cannot hold, with what must be around it: `:1e400,`. */
const SHORTEST_GAP = 7;
/** A double holds any number of so many digits. */
const SURE_DIGITS = 15;
/** Deeper JSON is looked through by `findFaults`, which needs no stack. */
const DEEPEST_COUNTED = 64;

/**
 * Whether `findFaults` may find something. Nearly every text is cleared here, by hopping from string to string: it has
 * as many names as its value, and no number that is long.
 */
function isSuspicious(text: string, value: unknown): boolean {
  let names = 0;
  let at = 0;
  for (;;) {
    const open = text.indexOf('"', at);
    const end = open < 0 ? text.length : open;
    if (end - at >= SHORTEST_GAP && hasLossyNumber(text, at, end)) return true;
    if (open < 0) break;
    at = skipSpace(text, endOfString(text, open) + 1);
    if (isColon(text.charCodeAt(at))) names++;
  }
  return countNames(value, 1) !== names;
}

function hasLossyNumber(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (!beginsNumber(text.charCodeAt(at))) continue;
    const end = endOfNumber(text, at);
    if (end - at > SURE_DIGITS || hasExponent(text, at, end)) {
      if (!isHeldByDouble(text.slice(at, end))) return true;
    }
    at = end;
  }
  return false;
}

function hasExponent(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((text.charCodeAt(at) | 32) === 101) return true;
  return false;
}

/** How many names the objects in a value have; NaN, which equals nothing, where it is too deep. */
function countNames(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > DEEPEST_COUNTED) return Number.NaN;
  let names = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') names += countNames(item, depth + 1);
    return names;
  }
  for (const name in value) {
    names++;
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === 'object') names += countNames(member, depth + 1);
  }
  return names;
}
