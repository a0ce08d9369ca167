import { MalformedResponseError, ResponseParser } from './response-parser';

interface Read {
  status: number | null;
  headers: Record<string, string>;
  body: string;
  isDone: boolean;
  keepsAlive: boolean;
}

/** Feeds a response in pieces of the given size; `close` ends the connection after it. */
function read(raw: string | Buffer, { size = Infinity, close = false, method = 'POST' } = {}): Read {
  const result: Read = { status: null, headers: {}, body: '', isDone: false, keepsAlive: false };
  const parser = new ResponseParser(
    {
      onHead: (status, headers) => Object.assign(result, { status, headers }),
      onBody: (piece) => (result.body += piece.toString('latin1')),
    },
    method,
  );
  const bytes = Buffer.from(raw as string, 'latin1');
  for (let at = 0; at < bytes.length; at += size) parser.feed(bytes.subarray(at, at + size));
  if (close) parser.close();
  return Object.assign(result, { isDone: parser.isDone, keepsAlive: parser.keepsAlive });
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** What curl 8 and Chrome take for a response, and what they make of it. */
const ACCEPTED: [string, string, number, string][] = [
  ['an ordinary response', OK, 200, 'ok'],
  ['no reason phrase', 'HTTP/1.1 204\r\n\r\n', 204, ''],
  ['an empty reason phrase', 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n', 200, ''],
  ['a reason phrase in Latin-1', 'HTTP/1.1 200 Ça va\r\nContent-Length: 0\r\n\r\n', 200, ''],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nuntil the end', 200, 'until the end'],
  ['the version of HTTP/2 in plain text', 'HTTP/2 202 \r\nContent-Length: 0\r\n\r\n', 202, ''],
  ['a version in lower case', 'http/1.1 200 ok\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['several spaces before the status', 'HTTP/1.1   201  Created\r\nContent-Length: 0\r\n\r\n', 201, ''],
  ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', 200, 'ok'],
  ['mixed line ends', 'HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok', 200, 'ok'],
  ['blank lines before it', `\r\n\r\n${OK}`, 200, 'ok'],
  ['a status beyond 599', 'HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n', 999, ''],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['a header with a space before its colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok', 200, 'ok'],
  ['a header with odd characters', 'HTTP/1.1 200 OK\r\nX Ödd(name): \x01\xff\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['a header that is continued', 'HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['no headers', 'HTTP/1.1 200 OK\r\n\r\nok', 200, 'ok'],
  ['no length and no close', 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nok', 200, 'ok'],
  ['two equal lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok', 200, 'ok'],
  ['two different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokok', 200, 'okok'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok', 200, 'ok'],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok', 200, 'ok'],
  ['a length that is not kept', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok', 200, 'ok'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nTrailer: 1\r\n\r\n', 200, 'ok'],
  ['chunks with bare line feeds', 'HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\n\n2\nok\n0\n\n', 200, 'ok'],
  ['chunks and a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n', 200, 'ok'],
  ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: magic\r\n\r\nok', 200, 'ok'],
  ['a 304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n', 304, ''],
  ['a 204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 204, ''],
  ['100 Continue, which nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, 200, 'ok'],
  ['several interim responses', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102\r\n\r\n${OK}`, 200, 'ok'],
  ['headers of 200 KB', `HTTP/1.1 200 OK\r\n${'X-Filler: xxxxxxxxxx\r\n'.repeat(10_000)}\r\nok`, 200, 'ok'],
]; // prettier-ignore

describe('the response parser', () => {
  it.each(ACCEPTED)('reads a response with %s, whole or byte by byte', (_, raw, status, body) => {
    for (const size of [Infinity, 1, 7]) {
      expect(read(raw, { size, close: true })).toMatchObject({ status, body });
    }
  });

  it.each<[string, string, string]>([
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n', 'NOT_HTTP'],
    ['a page without a status line', '<html>hello</html>', 'NOT_HTTP'],
    ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46', 'TLS_ON_HTTP_PORT'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'NOT_HTTP'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'NOT_HTTP'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n', 'NOT_HTTP'],
    ['headers without an end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(60_000)}`, 'HEADERS_TOO_LARGE'],
    ['interim responses without an end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(15_000), 'HEADERS_TOO_LARGE'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'MALFORMED_BODY'],
    ['a chunk size without an end', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(10_000)}`, 'MALFORMED_BODY'],
  ])('rejects %s', (_, raw, code) => {
    for (const size of [Infinity, 97]) {
      expect(() => read(raw, { size })).toThrow(expect.objectContaining({ code }) as Error);
      expect(() => read(raw, { size })).toThrow(MalformedResponseError);
    }
  }); // prettier-ignore

  it('recognizes what is not HTTP by its first bytes, without waiting for more', () => {
    expect(() => read('220 smtp.example ESMTP')).toThrow(MalformedResponseError);
    expect(() => read('HTX')).toThrow(MalformedResponseError);
  });

  it.each<[string, string, boolean]>([
    ['an ordinary response', OK, true],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', true],
    ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', true],
    ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
    ['more bytes than its length', `${OK}and more`, false],
    ['chunks and a length', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', false],
  ])('after %s, another request may follow: %#', (_, raw, keepsAlive) => {
    expect(read(raw)).toMatchObject({ isDone: true, keepsAlive });
  }); // prettier-ignore

  it('goes by the status when the connection closes within the headers', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Ty', { close: true })).toMatchObject({ status: 200, body: '' });
    expect(read('HTTP/1.1 20', { close: true }).status).toBeNull();
    expect(read('HTTP/1.1 100 Continue\r\n\r\n', { close: true }).status).toBeNull();
  });

  it('joins repeated headers, and expects no body after HEAD', () => {
    const raw = 'HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 9\r\n\r\n';
    const { headers, isDone } = read(raw, { method: 'HEAD' });
    expect(headers['set-cookie']).toBe('a, b');
    expect(isDone).toBe(true);
  });

  it('takes time in proportion to the size, also for headers that arrive byte by byte', () => {
    const raw = `HTTP/1.1 200 OK\r\n${'X-Filler: xxxxxxxxxx\r\n'.repeat(10_000)}\r\n`;
    const pieces = jest.spyOn(Buffer, 'concat');
    read(raw, { size: 1 });
    const copied = pieces.mock.calls.reduce((sum, [list]) => sum + list.length, 0);
    pieces.mockRestore();
    expect(copied).toBeLessThan(2 * raw.length);
  });
});
