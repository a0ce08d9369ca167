import { below, FieldErrors, type FieldError } from '@app/formatting';
import { beginsNumber, endOfNumber, endOfString, isColon, skipSpace } from './json-text';
import { isHeldByDouble } from './numbers';

/** An object or list that the scan is inside of. */
interface Frame {
  /** The names so far; null in a list. */
  names: Set<string> | null;
  /** The name or index of the present member. */
  key: string | number;
}

/**
 * Finds what parsing would lose silently: names that an object has twice, and numbers that a double cannot hold.
 * @param text valid JSON.
 * @returns at most 20 errors, by path.
 */
export function findFaults(text: string): FieldError[] {
  const errors = new FieldErrors();
  const frames: Frame[] = [];
  const pathTo = (last?: string): string =>
    frames
      .map(({ key }, i) => (i === frames.length - 1 ? (last ?? key) : key))
      .reduce<string>((path, key) => below(path, key), '');
  for (let at = 0; at < text.length && !errors.isFull; at++) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '{':
        frames.push({ names: new Set(), key: '' });
        break;
      case '[':
        frames.push({ names: null, key: 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (typeof frame?.key === 'number') frame.key++;
        break;
      case '"': {
        const close = endOfString(text, at);
        if (frame?.names && isColon(text.charCodeAt(skipSpace(text, close + 1)))) {
          const name = JSON.parse(text.slice(at, close + 1)) as string;
          if (frame.names.has(name)) errors.add(pathTo(name), 'is given more than once');
          frame.names.add(name);
          frame.key = name;
        }
        at = close;
        break;
      }
      default:
        if (beginsNumber(text.charCodeAt(at))) {
          const end = endOfNumber(text, at);
          if (!isHeldByDouble(text.slice(at, end)))
            errors.add(pathTo(), 'is a number that a double cannot hold exactly; send it as text');
          at = end - 1;
        }
    }
  }
  return errors.list;
}
