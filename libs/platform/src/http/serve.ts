import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type INestApplication, type Type, type DynamicModule, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, raw, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config';
import { StructuredLogger } from '../observability/logging';
import { WAITING_CONNECTIONS } from './doors';
import { isOwnRequest, loopDetected } from './own-requests';
import { Problem } from './problem';
import { ProblemFilter, toProblem } from './problem.filter';
import { refuseDeepJson } from './json-depth';
import { strictValidation } from './input';
import { UnknownRouteFilter } from './unknown-route.filter';

declare module 'express' {
  interface Request {
    /** Correlation id: taken from `X-Request-Id` or made here; in every answer, problem and log line. */
    id?: string;
  }
}

/** An event as it is sent; a batch has its own limit. */
export const MAX_EVENT_BODY_BYTES = 8 * 1024 * 1024;
const MAX_BATCH_BODY_BYTES = 32 * 1024 * 1024;
const MAX_CUSTOMER_BODY_BYTES = 256 * 1024;

/** Creates one Nest application as every process of the house runs it; it does not listen yet. */
export async function createApplication(
  root: Type | DynamicModule,
  config: Config,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(StructuredLogger));
  prepareApplication(app, config);
  return app;
}

/** Everything around the routes: request ids, safety headers, body limits, validation, problem+json. Tests use it too. */
export function prepareApplication(app: INestApplication, config: Config): void {
  const express = app as NestExpressApplication;
  express.disable('x-powered-by');
  express.set('etag', false);
  express.set('query parser', 'simple');
  express.set('trust proxy', config.TRUSTED_PROXIES);
  app.use(correlate);
  app.use(app.get(StructuredLogger).requests());
  app.use(
    /^\/(v1|internal|health|metrics|docs)/,
    helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }),
  );
  app.use(rejectOwnRequests);
  if (config.ALLOWED_ORIGINS.length > 0) app.enableCors({ origin: config.ALLOWED_ORIGINS, maxAge: 600 });
  // What parsing would lose is found in the text of an event.
  app.use('/internal/v1/events/batch', refuseOtherTypes, raw({ type: isJson, limit: MAX_BATCH_BODY_BYTES }));
  app.use('/internal/v1/events', refuseOtherTypes, raw({ type: isJson, limit: MAX_EVENT_BODY_BYTES }));
  app.use('/internal', refuseOtherTypes, json({ limit: MAX_EVENT_BODY_BYTES }));
  app.use('/v1', refuseOtherTypes, json({ limit: MAX_CUSTOMER_BODY_BYTES }), refuseDeepJson);
  app.use(tellAsProblem);
  app.useGlobalPipes(strictValidation());
  app.useGlobalFilters(new ProblemFilter(), new UnknownRouteFilter(app));
}

/**
 * Listens, and reports a port that is taken in one line.
 * @returns the port, which 0 leaves to the system.
 */
export async function listen(app: INestApplication, config: Config, wanted: number): Promise<number> {
  const host = config.listenAddress;
  try {
    // Nest passes its first argument to Node unchanged, and declares less than Node accepts.
    await app.listen({ port: wanted, host, backlog: WAITING_CONNECTIONS } as unknown as number);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL') throw new Error(`HOST ${host} is not an address of this machine`, { cause: error }); // prettier-ignore
    if (code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${wanted} is taken. Stop what uses it, or choose another: PORT=3001 npm start`, {
      cause: error,
    });
  }
  const server = app.getHttpServer() as Server;
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 60_000;
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : wanted;
  new Logger('Http').log(`Listening on port ${port} of ${host ?? 'every address'}`);
  return port;
}

/** What may be a request id of a caller's own, in `X-Request-Id`. */
export const REQUEST_ID = /^[\w.:-]{1,128}$/;

function correlate(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}

const CALLABLE = /^\/+(v1|internal)(\/|$)/i;

/** Before authentication, and without reading the body. */
function rejectOwnRequests(request: Request, response: Response, next: NextFunction): void {
  if (!CALLABLE.test(request.path) || !isOwnRequest(request.headers)) return next();
  // What is left of a body that nobody reads would be taken for the next request.
  response.setHeader('Connection', 'close');
  next(loopDetected());
}

function isJson(): boolean {
  return true;
}

function refuseOtherTypes(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.is('application/json')) {
    next(new Problem('unsupported_media_type', 'Send the body as application/json.'));
    return;
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (hasBody && charset !== undefined && !/^utf-?8$/i.test(charset)) {
    next(new Problem('unsupported_media_type', 'Send the body in UTF-8.'));
    return;
  }
  next();
}

/** Nest would turn a body parser's SyntaxError into a bare 400, before our filter could see what it was. */
function tellAsProblem(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  next(toProblem(error));
}
