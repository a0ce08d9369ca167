import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How long a client has to read the response before its connection is cut, in milliseconds. */
const LINGER_MS = 500;

/**
 * Sees to it that what is left of a body when the response goes out is never read. Node would read it to its end, to
 * reach the next request; instead the connection is closed. It is closed in two steps, since a client that is still
 * sending would lose the response with a connection that is cut at once.
 */
export function leaveUnreadBodies(server: Server): void {
  server.prependListener('request', leaveUnread);
  // Node would ask for the body of `Expect: 100-continue` before anybody knows whether it is wanted; `readBody` does.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

function leaveUnread(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    if (!request.complete) closeUnread(request, response);
    return writeHead(...args);
  };
}

function closeUnread(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  response.shouldKeepAlive = false;
  if (!response.headersSent) response.setHeader('Connection', 'close');
  socket.pause();
  // Keeps Node from reading the rest to discard it (`resOnFinish` in its lib/_http_server.js).
  (request as IncomingMessage & { _consumed?: boolean })._consumed = true;
  // Node calls this once the response is written.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
}

/** Whether a request announces a body. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
