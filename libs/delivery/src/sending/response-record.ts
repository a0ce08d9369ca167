import { isUtf8 } from 'node:buffer';
import {
  constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw,
} from 'node:zlib'; // prettier-ignore
import { decode as decodeCharset, encodingExists } from 'iconv-lite';
import type { RawBody } from './exchange';

/** What is kept of a body, in bytes of UTF-8. */
export const KEEP_BODY_BYTES = 4 * 1024;
/** What is kept of all headers together, and of one of them, in characters. */
const KEEP_HEADERS = 16 * 1024;
const KEEP_HEADER_VALUE = 4 * 1024;

/** A body as the log shows it. */
export interface BodyRecord {
  text: string;
  /** Whether the body was longer than `text`. */
  isTruncated: boolean;
}

type Headers = Record<string, string>;

/**
 * Makes a response's body readable: decompressed, decoded by its character set, cut between characters. What is not
 * text is described instead, as `[binary, 1,234 bytes, image/png]`.
 */
export function recordBody(body: RawBody, headers: Headers): BodyRecord | Promise<BodyRecord> {
  if (body.bytes.length === 0) return { text: '', isTruncated: !body.isComplete };
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (coding === undefined || coding === '' || coding === 'identity') return toText(body, body, headers);
  return decompress(body, coding).then((plain) =>
    plain ? toText(plain, body, headers) : describe(body, headers, coding),
  );
}

/** Makes a response's headers storable and readable: UTF-8 where they are UTF-8, no control characters, not too long. */
export function recordHeaders(headers: Headers): Headers {
  const record: Headers = {};
  let room = KEEP_HEADERS;
  for (const name in headers) {
    if (room <= 0) break;
    const key = readable(name).slice(0, 200);
    const value = readable(headers[name]);
    const kept = value.length > KEEP_HEADER_VALUE ? `${cutText(value, KEEP_HEADER_VALUE)}…` : value;
    record[key] = kept;
    room -= key.length + kept.length;
  }
  return record;
}

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
// eslint-disable-next-line no-control-regex
const UNREADABLE = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;
// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\u0000-\u007f]/;

/** @param value as it was read, a character for each byte. */
function readable(value: string): string {
  let text = value;
  if (NOT_ASCII.test(value)) {
    const bytes = Buffer.from(value, 'latin1');
    if (isUtf8(bytes)) text = bytes.toString('utf8');
  }
  return text.replace(CONTROLS, '\uFFFD');
}

/**
 * @param plain the body without compression.
 * @param raw the body as it arrived.
 */
function toText(plain: RawBody, raw: RawBody, headers: Headers): BodyRecord {
  const { bytes } = plain;
  const decoded = decodeText(bytes, plain.isComplete, headers['content-type'] ?? '');
  if (decoded === null || UNREADABLE.test(decoded)) return describe(raw, headers);
  const text = cutText(decoded, KEEP_BODY_BYTES);
  return { text, isTruncated: !plain.isComplete || text.length < decoded.length };
}

/** @returns null if it is not text. */
function decodeText(bytes: Buffer, isComplete: boolean, contentType: string): string | null {
  const mark = byteOrderMark(bytes);
  if (mark) return decodeCharset(bytes, mark);
  const charset = /charset\s*=\s*"?([\w.:+-]+)/i.exec(contentType)?.[1]?.toLowerCase();
  const isUnicode = charset === undefined || charset === 'utf-8' || charset === 'utf8';
  if (!isUnicode && encodingExists(charset)) return decodeCharset(bytes, charset);
  const whole = isComplete ? bytes : bytes.subarray(0, endOfCharacters(bytes));
  if (isUtf8(whole)) return whole.toString('utf8');
  if (isTextual(contentType)) return decodeCharset(bytes, 'windows-1252');
  return null;
}

function byteOrderMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** What servers that don't name a character set mean by it. Nothing said at all is text more often than not. */
function isTextual(contentType: string): boolean {
  return (
    contentType.trim() === '' ||
    /^\s*text\/|[/+](json|xml|html|javascript|x-www-form-urlencoded|problem)/i.test(contentType)
  );
}

/** Where the last whole UTF-8 character ends, in a piece that may be cut in the middle of one. */
function endOfCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Cuts between characters. @param maxBytes of UTF-8. */
function cutText(text: string, maxBytes: number): string {
  // No character takes more than three bytes for each UTF-16 unit.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  const cut = bytes.subarray(0, maxBytes);
  return cut.subarray(0, endOfCharacters(cut)).toString('utf8');
}

function describe({ bytes, isComplete }: RawBody, headers: Headers, coding?: string): BodyRecord {
  const declared = headers['content-length'];
  const size = isComplete ? bytes.length : /^\d{1,15}$/.test(declared ?? '') ? Number(declared) : null;
  const shown = size === null ? `over ${bytes.length.toLocaleString('en')}` : size.toLocaleString('en');
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const parts = [
    'binary',
    `${shown} bytes`,
    type && readable(type).slice(0, 100),
    coding && readable(coding).slice(0, 30),
  ];
  return { text: `[${parts.filter(Boolean).join(', ')}]`, isTruncated: true };
}

/** Decompresses just as much as is kept. @returns null if the coding is unknown, or the bytes are not of it. */
async function decompress(body: RawBody, coding: string): Promise<RawBody | null> {
  const stream = decompressor(coding, body.bytes);
  if (!stream) return null;
  const pieces: Buffer[] = [];
  let size = 0;
  // A response that is cut is decompressed as far as it goes.
  stream.on('error', () => undefined);
  stream.end(body.bytes);
  let isComplete = body.isComplete;
  try {
    for await (const piece of stream) {
      pieces.push(piece as Buffer);
      size += (piece as Buffer).length;
      if (size <= KEEP_BODY_BYTES) continue;
      isComplete = false;
      break;
    }
  } catch {
    isComplete = false;
  }
  return size === 0 && !isComplete ? null : { bytes: Buffer.concat(pieces), isComplete };
}

function decompressor(coding: string, bytes: Buffer) {
  const chunkSize = KEEP_BODY_BYTES;
  const flush = { chunkSize, finishFlush: constants.Z_SYNC_FLUSH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(flush);
    case 'deflate':
      // Servers send it with and without the header of zlib.
      return (bytes[0] & 0x0f) === 8 ? createInflate(flush) : createInflateRaw(flush);
    case 'br':
      return createBrotliDecompress({ chunkSize, finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return null;
  }
}
