import { spawn } from 'node:child_process';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { Logger } from '@nestjs/common';

/**
 * Connections that may wait for us to take them. Node's 511 are fewer than a burst of publishers brings while we are
 * busy for half a second, and who finds no room is silent for 1, 3 or 7 s before the kernel tries again. The kernel's
 * own bound (net.core.somaxconn, 4,096 since Linux 5.4) holds as well.
 */
export const WAITING_CONNECTIONS = 4_096;

/** Doors beside the first one. */
const DOORS = 15;
const SEND_BACK = `process.on('message', (_, handle) => process.send('', handle))`;
const WITHIN_MS = 10_000;

/**
 * Lets more newcomers in at a time. Node takes one new connection in each turn of its event loop (libuv since 1.45) for
 * each socket that listens: 60 a second, when there is so much to deliver that a turn takes 15 ms (docs/decisions/0013).
 * Closing the server closes its doors, too.
 */
export async function openDoors(server: HttpServer): Promise<void> {
  const opening = listenAgain(server);
  const closeFirst = server.close.bind(server);
  server.close = (done) => {
    const closed = opening.then((doors) => Promise.all(doors.map(closeDoor)));
    return closeFirst((error) => void closed.then(() => done?.(error)));
  };
  const { length } = await opening;
  if (length < DOORS && server.listening)
    new Logger('Http').warn(`Newcomers get in one by one: only ${length} of ${DOORS} doors were opened`);
}

/** The way to listen several times at one socket is to send it to a child, and have it sent back. */
async function listenAgain(server: HttpServer): Promise<Server[]> {
  const doors: Server[] = [];
  const child = spawn(process.execPath, ['-e', SEND_BACK], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  await new Promise<void>((done) => {
    child.on('error', () => child.kill('SIGKILL') || done());
    child.on('message', (_, handle) => {
      doors.push(doorTo(server, handle));
      if (doors.length === DOORS) child.kill('SIGKILL');
    });
    // The one tells that the child has let go of the handles, the other that nothing more will come of it.
    let left = 2;
    for (const event of ['exit', 'disconnect']) child.once(event, () => --left || done());
    // The bare handle: as a server the child would let newcomers in as well, and take them with it.
    const { _handle: handle } = server as unknown as { _handle: Server };
    for (let i = 0; i < DOORS; i++) child.send('', handle);
  });
  return doors;
}

/** Takes connections with the settings that Node's own HTTP server has. */
function doorTo(server: HttpServer, handle: unknown): Server {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  );
  return door.listen(handle, WAITING_CONNECTIONS);
}

/** Resolves when the last one who came in by it has left. */
function closeDoor(door: Server): Promise<void> {
  return new Promise((closed) => door.close(() => closed()));
}
