import { shortHash } from './field-names';

/** A name that wants a key of the flat body. */
export interface KeyClaim {
  key: string;
  /** As its publisher wrote it; of a nested value, the names from the outermost, joined with `_`. */
  name: string;
  /** Whether the name is the key. */
  isExact: boolean;
  /** How deep the value is nested: between two names that are the key, the outer one keeps it. */
  depth: number;
  /** Tells claims of one name apart (two checks of one name) without regard to their order. */
  tieBreak: () => string;
}

/** Whether every claim can have its key. */
export function haveOwnKeys(keys: readonly string[], reserved: ReadonlySet<string>): boolean {
  for (const key of keys) if (reserved.has(key)) return false;
  return new Set(keys).size === keys.length;
}

/**
 * Gives each claim a key of its own, whatever the order of the claims: the name that is the key keeps it, otherwise
 * the first by code points; the others get `_` and 8 hex digits of their SHA-256. Claims of the very same name also get
 * a number from 2.
 * @param reserved keys that no claim can have.
 */
export function resolveClashes(claims: readonly KeyClaim[], reserved: ReadonlySet<string>): string[] {
  const keys = claims.map(({ key }) => key);
  const taken = new Set([...reserved, ...keys]);
  const nextNumber = new Map<string, number>();
  for (const losing of losers(claims, reserved)) {
    const { key, name } = claims[losing];
    const hashed = `${key}_${shortHash(name)}`;
    let free = hashed;
    if (taken.has(hashed)) {
      let number = nextNumber.get(hashed) ?? 2;
      while (taken.has(`${hashed}_${number}`)) number++;
      nextNumber.set(hashed, number + 1);
      free = `${hashed}_${number}`;
    }
    taken.add(free);
    keys[losing] = free;
  }
  return keys;
}

/** The indexes of the claims that cannot have their key, in an order that depends only on what they are. */
function losers(claims: readonly KeyClaim[], reserved: ReadonlySet<string>): number[] {
  const byKey = new Map<string, number[]>();
  claims.forEach(({ key }, index) => {
    const rivals = byKey.get(key);
    if (rivals) rivals.push(index);
    else byKey.set(key, [index]);
  });
  const clashing = [...byKey].filter(([key, { length }]) => length > 1 || reserved.has(key));
  return clashing
    .sort(([a], [b]) => byCodePoints(a, b))
    .flatMap(([key, rivals]) => {
      rivals.sort((a, b) => precedence(claims[a], claims[b]));
      return reserved.has(key) ? rivals : rivals.slice(1);
    });
}

function precedence(a: KeyClaim, b: KeyClaim): number {
  return (
    Number(b.isExact) - Number(a.isExact) ||
    byCodePoints(a.name, b.name) ||
    a.depth - b.depth ||
    byCodePoints(a.tieBreak(), b.tieBreak())
  );
}

/** The order of code points, in which UTF-16 has characters beyond U+FFFF in the wrong place. */
function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const [isSurrogateX, isSurrogateY] = [isSurrogate(x), isSurrogate(y)];
      if (isSurrogateX !== isSurrogateY) return isSurrogateX ? 1 : -1;
      return x - y;
    }
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
