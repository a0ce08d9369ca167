import { isIPv4 } from 'node:net';

/** Which addresses a question asks for. */
export type Family = 4 | 6;

/** What a name server said to a question for addresses. */
export interface DnsAnswer {
  id: number;
  family: Family;
  /** `OK` also for a name that exists but has no address of the family. */
  status: 'OK' | 'NOT_FOUND' | 'FAILED' | 'TRUNCATED';
  addresses: string[];
  /** How long the addresses may be kept, in seconds: the shortest of all records. */
  ttl: number;
}

const TYPES: Record<Family, number> = { 4: 1, 6: 28 };
const INTERNET = 1;
const HEADER_BYTES = 12;
const NAME_ERROR = 3;
/** Codes of reading behind the end of a buffer: the message is cut. */
const READS_BEYOND = new Set(['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS']);

/** A question for a name's addresses (RFC 1035); null for a name that no DNS message can hold. */
export function encodeQuestion(id: number, hostname: string, family: Family): Buffer | null {
  const labels = hostname.replace(/\.$/, '').split('.');
  const name: Buffer[] = [];
  for (const label of labels) {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length === 0 || bytes.length > 63) return null;
    name.push(Buffer.of(bytes.length), bytes);
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2); // recursion desired
  header.writeUInt16BE(1, 4);
  const message = Buffer.concat([header, ...name, Buffer.of(0, 0, TYPES[family], 0, INTERNET)]);
  return message.length - HEADER_BYTES - 4 > 255 ? null : message;
}

/**
 * Reads an answer to a question of ours.
 * @param question as it was sent; an answer repeats it.
 * @returns null for anything that is not an answer to it: a forged or broken message is ignored.
 */
export function decodeAnswer(message: Buffer, question: Buffer): DnsAnswer | null {
  try {
    return decode(message, question);
  } catch (error) {
    if (READS_BEYOND.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function decode(message: Buffer, question: Buffer): DnsAnswer | null {
  const flags = message.readUInt16BE(2);
  const isAnswer = (flags & 0x8000) !== 0 && message.readUInt16BE(4) === 1;
  if (!isAnswer || message.readUInt16BE(0) !== question.readUInt16BE(0)) return null;
  const asked = question.subarray(HEADER_BYTES);
  const repeated = message.subarray(HEADER_BYTES, question.length);
  if (repeated.toString('latin1').toLowerCase() !== asked.toString('latin1').toLowerCase()) return null;

  const type = question.readUInt16BE(question.length - 4);
  const family: Family = type === TYPES[4] ? 4 : 6;
  const answer = { id: message.readUInt16BE(0), family, addresses: [], ttl: 0 };
  const code = flags & 0x000f;
  if ((flags & 0x0200) !== 0) return { ...answer, status: 'TRUNCATED' };
  if (code === NAME_ERROR) return { ...answer, status: 'NOT_FOUND' };
  if (code !== 0) return { ...answer, status: 'FAILED' };
  return { ...answer, status: 'OK', ...readAddresses(message, question.length, type) };
}

function readAddresses(message: Buffer, start: number, type: number): { addresses: string[]; ttl: number } {
  const addresses: string[] = [];
  let ttl = Infinity;
  let offset = start;
  for (let left = message.readUInt16BE(6); left > 0; left -= 1) {
    offset = skipName(message, offset);
    const recordType = message.readUInt16BE(offset);
    const length = message.readUInt16BE(offset + 8);
    // An alias (CNAME) on the way limits how long the addresses may be kept as well.
    ttl = Math.min(ttl, message.readUInt32BE(offset + 4));
    const data = message.subarray(offset + 10, offset + 10 + length);
    const isWhole = data.length === (type === TYPES[4] ? 4 : 16);
    if (recordType === type && isWhole) addresses.push(addressOf(data));
    offset += 10 + length;
  }
  return { addresses, ttl: Number.isFinite(ttl) ? ttl : 0 };
}

function skipName(message: Buffer, start: number): number {
  let offset = start;
  for (;;) {
    const length = message.readUInt8(offset);
    if (length === 0) return offset + 1;
    if (length >= 0xc0) return offset + 2;
    offset += 1 + length;
  }
}

function addressOf(data: Buffer): string {
  if (data.length === 4) return data.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => data.readUInt16BE(i * 2).toString(16));
  return groups.join(':');
}

/** Splits `address[:port]`, as name servers are configured, with brackets around IPv6 if there is a port. */
export function parseServer(server: string): { address: string; port: number; family: Family } {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(server) ?? /^([\d.]+)(?::(\d+))?$/.exec(server);
  const address = match?.[1] ?? server;
  return { address, port: Number(match?.[2] ?? 53), family: isIPv4(address) ? 4 : 6 };
}
