import { connect } from 'node:net';
import { gzipSync, deflateSync } from 'node:zlib';

/** A request body as it is put on the wire. */
export interface RawBody {
  headers: string[];
  bytes: Buffer;
}

const JSON_TYPE = 'Content-Type: application/json';
const MB = 1_000_000;

function sized(bytes: Buffer, headers: string[] = [JSON_TYPE], announced = bytes.length): RawBody {
  return { headers: [...headers, `Content-Length: ${announced}`], bytes };
}

const objects = Buffer.from(`{"events":[${'{},'.repeat(31 * MB / 3)}{}]}`); // prettier-ignore
const invalidEvent = JSON.stringify({
  accountId: 1,
  type: [],
  data: { call: Array(40).fill({ x: '\u0000' }) },
});

/** Bodies that are expensive for a service that reads them. */
export const HOSTILE_BODIES: Record<string, RawBody> = {
  'a gzip bomb, 31 KB that become 31 MB of {},': sized(gzipSync(objects), [JSON_TYPE, 'Content-Encoding: gzip']),
  'a deflate bomb': sized(deflateSync(objects), [JSON_TYPE, 'Content-Encoding: deflate']),
  '31 MB of JSON': sized(objects),
  'a body that never ends, announced with 10 MB': sized(Buffer.alloc(64_000, '['), [JSON_TYPE], 10 * MB),
  'a chunked body that never ends': {
    headers: [JSON_TYPE, 'Transfer-Encoding: chunked'],
    bytes: Buffer.concat([Buffer.from('fa00\r\n'), Buffer.alloc(64_000, '['), Buffer.from('\r\n')]),
  },
  'a body that waits for 100 Continue': {
    headers: [JSON_TYPE, `Content-Length: ${MB}`, 'Expect: 100-continue'],
    bytes: Buffer.alloc(0),
  },
  'JSON that is nested 200,000 levels deep': sized(Buffer.from('['.repeat(200_000) + ']'.repeat(200_000))),
  '56 KB of invalid objects': sized(Buffer.from(`[${'{},'.repeat(18_700)}{}]`)),
  'a batch of 500 invalid events': sized(Buffer.from(`{"events":[${Array(500).fill(invalidEvent).join()}]}`)),
  'a form': sized(Buffer.from('a[b]=1&'.repeat(10_000)), ['Content-Type: application/x-www-form-urlencoded']),
}; // prettier-ignore

/** Thirty ways to write the request target of a path. */
export function spellingsOf(path: string): string[] {
  const letters = path.replace(/[a-z]/gi, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const [, first, rest] = /^\/([^/]*)(.*)$/.exec(path)!;
  const alternating = [...path].map((letter, i) => (i % 2 ? letter.toUpperCase() : letter)).join('');
  return [
    path, path.toUpperCase(), alternating, `/${first[0].toUpperCase()}${first.slice(1)}${rest}`, `${path}/`,
    `/${path}`, `//${path}`, `/.${path}`, `/x/..${path}`, `/%2e${path}`, `/%2E%2E${path}`, `/${first}//${rest.slice(1)}`,
    `/${first}/.${rest}`, `/${first}/%2e${rest}`, `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}${rest}`, letters,
    `http://127.0.0.1${path}`, `http://127.0.0.1${path.toUpperCase()}`, `HTTP://somewhere.example${path}`,
    `http://x:y@127.0.0.1${path}`, `${path}?a=b`, `${path}?`, `${path}#a`, `${path}//`, `${path}/.`, `${path}%20`,
    `${path}%00`, `${path};a=b`, `${path}%2f`, `${path}%`, `\\${first}${rest}`, `/%2f${path}`, `/%EF%BD%96${path.slice(2)}`,
  ]; // prettier-ignore
}

export interface RawResponse {
  /** 0 if the connection ended without a response. */
  status: number;
  text: string;
}

/** Sends a request on a connection of its own, and resolves with the start of the response. */
export function sendRaw(
  port: number,
  method: string,
  target: string,
  headers: string[],
  body: RawBody,
): Promise<RawResponse> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ status: statuses.find((status) => status >= 200) ?? statuses[0] ?? 0, text });
    };
    const timer = setTimeout(end, 20_000);
    socket.on('error', end).on('end', end);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/^HTTP\/1\.1 [2-5]\d\d/m.test(text) && text.includes('\r\n\r\n')) end();
    });
    socket.write(
      [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ...body.headers, '', ''].join('\r\n'),
    );
    socket.write(body.bytes);
  });
}
