import { randomFillSync } from 'node:crypto';

/** What an id names. The prefix is part of the id wherever people see it; the database stores the bare UUID. */
export type IdPrefix =
  'acc' | 'key' | 'whk' | 'evt' | 'dlv' | 'att' | 'rpl' | 'stf' | 'aud' | 'lnk' | 'ses' | 'rej';

/** A prefixed UUIDv7, e.g. `evt_0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22`. Sorts by the time it was made. */
export type Id<P extends IdPrefix = IdPrefix> = `${P}_${string}`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const pool = Buffer.allocUnsafe(8 * 512);
let poolOffset = pool.length;
let lastMs = 0;
let sequence = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of unix milliseconds, a 12-bit sequence that keeps the ids of one process in the
 * order they were made, 62 random bits.
 */
export function uuidv7(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = pool[poolOffset] & 0x7f;
  } else if (++sequence > 0xfff) {
    // More than 4,096 in one millisecond, or the clock went back: borrow from the next millisecond.
    lastMs += 1;
    sequence = 0;
  }
  const high = Math.floor(lastMs / 0x10000);
  const low = lastMs % 0x10000;
  const r = poolOffset;
  poolOffset += 8;
  return (
    HEX[(high >>> 24) & 0xff] + HEX[(high >>> 16) & 0xff] + HEX[(high >>> 8) & 0xff] + HEX[high & 0xff] +
    '-' + HEX[low >>> 8] + HEX[low & 0xff] +
    '-7' + HEX[sequence >>> 8][1] + HEX[sequence & 0xff] +
    '-' + HEX[(pool[r] & 0x3f) | 0x80] + HEX[pool[r + 1]] +
    '-' + HEX[pool[r + 2]] + HEX[pool[r + 3]] + HEX[pool[r + 4]] + HEX[pool[r + 5]] + HEX[pool[r + 6]] + HEX[pool[r + 7]]
  ); // prettier-ignore
}

/** A new id of the given kind. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}_${uuidv7()}`;
}

/** Whether a text is an id of the given kind. */
export function isId<P extends IdPrefix>(prefix: P, text: unknown): text is Id<P> {
  return (
    typeof text === 'string' && text.startsWith(`${prefix}_`) && UUID.test(text.slice(prefix.length + 1))
  );
}

/** The UUID inside an id, as the database stores it. */
export function toUuid(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

/** The id that a stored UUID stands for. */
export function fromUuid<P extends IdPrefix>(prefix: P, uuid: string): Id<P> {
  return `${prefix}_${uuid}`;
}

/** The lowest id that could have been made at a time: `id >= firstIdAt('dlv', since)` is a time filter by primary key. */
export function firstIdAt<P extends IdPrefix>(prefix: P, time: Date): Id<P> {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** When an id (or a bare UUIDv7) was made. */
export function timeOf(id: string): Date {
  return new Date(Number.parseInt(toUuid(id).replace('-', '').slice(0, 12), 16));
}
