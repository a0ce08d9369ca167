import type { HttpRequest } from './http-connection';

const NOT_IN_A_VALUE = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const NOT_IN_A_PATH = /[^\u0021-\u007e]/;

/** Methods whose requests say that they have no body only by having none. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE']);

/**
 * Writes a request. Every value is checked here, whoever has checked it before: a line break in one of them would make
 * a second request out of it.
 * @throws Error if something cannot be written as it is.
 */
export function writeRequest(
  method: string,
  host: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
): HttpRequest {
  if (!NAME.test(method) || NOT_IN_A_PATH.test(path)) throw new Error('The request line cannot be written.');
  let head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (!NAME.test(name) || NOT_IN_A_VALUE.test(value))
      throw new Error(`The header ${JSON.stringify(name)} cannot be written.`);
    head += `${name}: ${value}\r\n`;
  }
  if (body.length > 0 || !BODILESS.has(method)) head += `Content-Length: ${body.length}\r\n`;
  return { method, head: `${head}\r\n`, body };
}
