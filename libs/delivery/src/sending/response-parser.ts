const CR = 13;
const LF = 10;
const CAPITAL_H = 0x48;
const SLASH = 0x2f;

/** Chrome's limit for the head of a response, interim responses included, in bytes. */
const MAX_HEAD_BYTES = 256 * 1024;
/** A chunk's size line or a trailer line is never longer than this, in bytes. */
const MAX_LINE_BYTES = 8 * 1024;

/** What a parser reports: one head, then any number of pieces of the body. */
export interface ResponseEvents {
  onHead(statusCode: number, headers: Record<string, string>): void;
  /** @param piece valid during the call only. */
  onBody(piece: Buffer): void;
}

/** What arrived cannot be read as an HTTP response. */
export class MalformedResponseError extends Error {
  constructor(readonly code: 'NOT_HTTP' | 'TLS_ON_HTTP_PORT' | 'HEADERS_TOO_LARGE' | 'MALFORMED_BODY') {
    super(`The response could not be read (${code}).`);
  }
}

/**
 * Reads one HTTP/1.x response as leniently as curl and browsers do: bare line feeds, a missing reason phrase, odd
 * header lines, contradictory lengths. Interim responses (1xx) are skipped, also those that nobody asked for. It can be
 * lenient because a connection carries one request at a time, and is closed after anything unusual (`keepsAlive`).
 */
export class ResponseParser {
  /** Whether another request may follow on the connection, once the response has ended. */
  keepsAlive = false;
  /** From `Keep-Alive: timeout=…`, in milliseconds; null if the server names none. */
  keepAliveMs: number | null = null;
  private state:
    'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'done' = 'head';
  private remaining = 0;

  private head: Buffer[] = [];
  private headBytes = 0;
  private interimBytes = 0;
  /** Bytes of the head's unfinished last line, and whether the last of them is a carriage return. */
  private lineBytes = 0;
  private endsWithCr = false;
  private isEmptySoFar = true;
  private line = '';

  /** @param method of the request: a response to `HEAD` has no body. */
  constructor(
    private readonly events: ResponseEvents,
    private readonly method: string,
  ) {}

  /** @throws MalformedResponseError; nothing may be fed after it. */
  feed(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length;) {
      if (this.state === 'done') {
        // Bytes after the end belong to no request.
        this.keepsAlive = false;
        return;
      }
      offset = this.state === 'head' ? this.readHead(chunk, offset) : this.readBody(chunk, offset);
    }
  }

  /**
   * The connection was closed by the server.
   * @returns false if no response had arrived, or the body is cut.
   */
  close(): boolean {
    this.keepsAlive = false;
    if (this.state === 'done') return true;
    if (this.state === 'until-close') {
      this.state = 'done';
      return true;
    }
    // Browsers go by a status line whose headers break off.
    if (this.state === 'head' && STATUS_LINE.test(this.headText())) this.endHead(this.headText());
    return false;
  }

  /** Whether the whole response has arrived. */
  get isDone(): boolean {
    return this.state === 'done';
  }

  /** Whether the status is known. */
  get hasHead(): boolean {
    return this.state !== 'head';
  }

  private readHead(chunk: Buffer, start: number): number {
    this.checkFirstBytes(chunk, start);
    let from = start;
    for (let feed = chunk.indexOf(LF, from); feed !== -1; feed = chunk.indexOf(LF, from)) {
      const bytes = this.lineBytes + feed - from;
      const cr = feed > from ? chunk[feed - 1] === CR : this.endsWithCr;
      const isBlank = bytes === 0 || (bytes === 1 && cr);
      from = feed + 1;
      this.lineBytes = 0;
      this.endsWithCr = false;
      if (!isBlank) this.isEmptySoFar = false;
      // Blank lines before the status line are skipped.
      if (isBlank && !this.isEmptySoFar) {
        this.keepHead(chunk, start, from);
        this.endHead(this.headText());
        return from;
      }
    }
    if (from < chunk.length) this.endsWithCr = chunk[chunk.length - 1] === CR;
    this.lineBytes += chunk.length - from;
    this.keepHead(chunk, start, chunk.length);
    return chunk.length;
  }

  /** What is not HTTP is recognized by its first bytes: waiting for the end of its "headers" could take forever. */
  private checkFirstBytes(chunk: Buffer, start: number): void {
    if (this.headBytes >= 64 || !this.isEmptySoFar) return;
    if (this.headBytes === 0 && chunk[start] === CAPITAL_H && chunk[start + 4] === SLASH) return;
    const first = (this.headText() + chunk.toString('latin1', start, Math.min(start + 64, chunk.length)))
      .replace(/^[\r\n]+/, '')
      .slice(0, 5);
    if ('HTTP/'.startsWith(first.toUpperCase())) return;
    const isTls = first.charCodeAt(0) >= 0x14 && first.charCodeAt(0) <= 0x17 && first.charCodeAt(1) === 3;
    throw new MalformedResponseError(isTls ? 'TLS_ON_HTTP_PORT' : 'NOT_HTTP');
  }

  private keepHead(chunk: Buffer, start: number, end: number): void {
    this.headBytes += end - start;
    if (this.interimBytes + this.headBytes > MAX_HEAD_BYTES)
      throw new MalformedResponseError('HEADERS_TOO_LARGE');
    this.head.push(chunk.subarray(start, end));
  }

  private headText(): string {
    if (this.head.length > 1) this.head = [Buffer.concat(this.head)];
    return this.head.length === 0 ? '' : this.head[0].toString('latin1');
  }

  private endHead(text: string): void {
    const lines = text.replace(/^[\r\n]+/, '').split('\n');
    const status = STATUS_LINE.exec(lines[0]);
    if (!status) throw new MalformedResponseError('NOT_HTTP');
    const statusCode = Number(status[2]);
    this.interimBytes += this.headBytes;
    this.head = [];
    this.headBytes = 0;
    this.isEmptySoFar = true;
    this.lineBytes = 0;
    if (statusCode < 200) return;
    const headers = readHeaders(lines);
    this.frame(status[1] === '1.1', statusCode, headers);
    this.events.onHead(statusCode, headers);
    if (this.state === 'length' && this.remaining === 0) this.state = 'done';
  }

  /** Decides where the body ends, and whether the connection can be used again then (RFC 9112, section 6.3). */
  private frame(isHttp11: boolean, statusCode: number, headers: Record<string, string>): void {
    const coding = headers['transfer-encoding']?.toLowerCase();
    const isChunked = coding !== undefined && /(^|,)\s*chunked\s*$/.test(coding);
    const length = contentLength(headers['content-length']);
    const hasNoBody = this.method === 'HEAD' || statusCode === 204 || statusCode === 304;
    this.remaining = hasNoBody ? 0 : (length ?? 0);
    if (hasNoBody) this.state = 'length';
    else if (isChunked) this.state = 'chunk-size';
    else if (coding !== undefined && coding !== 'identity') this.state = 'until-close';
    else this.state = length === null ? 'until-close' : 'length';

    const connection = headers['connection']?.toLowerCase() ?? '';
    const isAmbiguous = isChunked && headers['content-length'] !== undefined;
    this.keepsAlive =
      isHttp11 && this.state !== 'until-close' && !isAmbiguous && !connection.includes('close');
    const timeout = /timeout=(\d{1,6})/i.exec(headers['keep-alive'] ?? '');
    this.keepAliveMs = timeout ? Number(timeout[1]) * 1_000 : null;
  }

  private readBody(chunk: Buffer, start: number): number {
    switch (this.state) {
      case 'length':
      case 'chunk':
        return this.readCounted(chunk, start);
      case 'until-close':
        this.events.onBody(start === 0 ? chunk : chunk.subarray(start));
        return chunk.length;
      default:
        return this.readLine(chunk, start);
    }
  }

  private readCounted(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + this.remaining);
    this.remaining -= end - start;
    this.events.onBody(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
    if (this.remaining > 0) return end;
    if (this.state === 'length') this.state = 'done';
    else this.state = 'chunk-end';
    return end;
  }

  /** A chunk's size, the line end after a chunk, or a trailer. */
  private readLine(chunk: Buffer, start: number): number {
    const feed = chunk.indexOf(LF, start);
    const end = feed === -1 ? chunk.length : feed;
    this.line += chunk.toString('latin1', start, end);
    if (this.line.length > MAX_LINE_BYTES) throw new MalformedResponseError('MALFORMED_BODY');
    if (feed === -1) return end;
    const line = this.line.trim();
    this.line = '';
    if (this.state === 'trailer') {
      if (line === '') this.state = 'done';
    } else if (this.state === 'chunk-end') this.state = 'chunk-size';
    else this.beginChunk(line);
    return feed + 1;
  }

  private beginChunk(line: string): void {
    const size = /^([0-9a-f]{1,12})\s*(;|$)/i.exec(line);
    if (!size) throw new MalformedResponseError('MALFORMED_BODY');
    this.remaining = Number.parseInt(size[1], 16);
    this.state = this.remaining === 0 ? 'trailer' : 'chunk';
  }
}

/** `HTTP/2 200` in plain text is what some proxies write; a status of 999 is in use too. */
const STATUS_LINE = /^\s*HTTP\/(\d+(?:\.\d+)?)[ \t]+([1-9]\d\d)(?!\d)/i;

function readHeaders(lines: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  let last = '';
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i];
    const colon = line.indexOf(':');
    if (line[0] === ' ' || line[0] === '\t') {
      // A line that continues the one before it.
      if (last !== '') headers[last] = `${headers[last]} ${line.trim()}`.trim();
    } else if (colon > 0) {
      last = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (last === '__proto__') last = '';
      else headers[last] = Object.hasOwn(headers, last) ? `${headers[last]}, ${value}` : value;
    }
  }
  return headers;
}

/** @returns null if there is none that makes sense: the body then ends with the connection. */
function contentLength(value: string | undefined): number | null {
  if (value === undefined) return null;
  const lengths = new Set(value.split(',').map((one) => one.trim()));
  const [length] = lengths;
  return lengths.size === 1 && /^\d{1,15}$/.test(length) ? Number(length) : null;
}
