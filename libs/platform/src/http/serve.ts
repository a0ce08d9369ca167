import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type INestApplication, type Type, type DynamicModule, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config';
import { StructuredLogger } from '../observability/logging';
import { BodyInterceptor } from './body/body.interceptor';
import { leaveUnreadBodies } from './body/unread-body';
import { WAITING_CONNECTIONS } from './doors';
import { PlainInputPipe, strictValidation } from './input';
import { AnonymousLimit } from './limits/anonymous-limit';
import { isOwnRequest, loopDetected } from './own-requests';
import { ProblemFilter, toProblem } from './problem.filter';
import { UnknownRouteFilter } from './unknown-route.filter';

declare module 'express' {
  interface Request {
    /** Correlation id: taken from `X-Request-Id` or made here; in every answer, problem and log line. */
    id?: string;
  }
}

/** Headers of a response that a page of another origin may read, in addition to those that browsers always show. */
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'Retry-After',
  'RateLimit-Policy',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Idempotency-Replayed',
  'X-Request-Id',
];

/** Creates one Nest application as every process runs it; it does not listen yet. */
export async function createApplication(
  root: Type | DynamicModule,
  config: Config,
): Promise<NestExpressApplication> {
  // Express reads this setting when its router is created, which Nest does before an application can be configured.
  const server = express().set('case sensitive routing', true);
  const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(server), {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(StructuredLogger));
  prepareApplication(app, config);
  return app;
}

/**
 * Everything around the routes: request ids, safety headers, validation, problem+json. Bodies are not read here, but by
 * `BodyInterceptor`, after the route's guards. Tests use it too.
 */
export function prepareApplication(app: INestApplication, config: Config): void {
  const application = app as NestExpressApplication;
  application.disable('x-powered-by');
  application.set('etag', false);
  application.set('query parser', 'simple');
  application.set('trust proxy', config.TRUSTED_PROXIES);
  const anonymous = app.get(AnonymousLimit, { strict: false });
  app.use(correlate);
  app.use(app.get(StructuredLogger).requests());
  if (config.isProduction) app.use(warnOfUntrustedProxy(application));
  app.use(safetyHeaders(config));
  app.use(
    /^\/(v1|internal|health|metrics|docs)/,
    helmet({
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
      strictTransportSecurity: false,
    }),
  );
  app.use(rejectOwnRequests);
  if (config.ALLOWED_ORIGINS.length > 0) app.enableCors(crossOrigin(config.ALLOWED_ORIGINS));
  app.use(anonymous.middleware);
  app.use(errorToProblem);
  app.useGlobalInterceptors(new BodyInterceptor());
  app.useGlobalPipes(new PlainInputPipe(), strictValidation());
  app.useGlobalFilters(new ProblemFilter(anonymous), new UnknownRouteFilter(app, anonymous));
}

/**
 * Listens, and reports a port that is taken in one line.
 * @returns the port, which 0 leaves to the system.
 */
export async function listen(app: INestApplication, config: Config, wanted: number): Promise<number> {
  const host = config.listenAddress;
  // Providers add request listeners of their own when the application is initialized; this one comes before them.
  await app.init();
  leaveUnreadBodies(app.getHttpServer() as Server);
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

/** A request id that a caller may choose, in `X-Request-Id`. */
export const REQUEST_ID = /^[\w.:-]{1,128}$/;

function correlate(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}

const CALLABLE = /^\/+(v1|internal)(\/|$)/i;

/** Before authentication, and without reading the body. */
function rejectOwnRequests(request: Request, _response: Response, next: NextFunction): void {
  if (!CALLABLE.test(request.path) || !isOwnRequest(request.headers)) return next();
  next(loopDetected());
}

/** Nothing that is answered is stored by a cache unless a route says otherwise: most of it is call data. */
function safetyHeaders({ isHttps }: Config) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (isHttps) response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    next();
  };
}

/** Only the API is for pages of other origins, and never with cookies. */
function crossOrigin(allowed: string[]) {
  return (
    request: Request,
    decide: (error: Error | null, options: { origin: string[] | false; maxAge?: number; exposedHeaders?: string[] }) => void, // prettier-ignore
  ): void => {
    const isApi = request.path.startsWith('/v1/');
    decide(
      null,
      isApi ? { origin: allowed, maxAge: 600, exposedHeaders: EXPOSED_HEADERS } : { origin: false },
    );
  };
}

/** Limits by address are of no use if every address is that of a proxy which `TRUSTED_PROXIES` does not name. */
function warnOfUntrustedProxy(application: NestExpressApplication) {
  let hasWarned = false;
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (!hasWarned && request.headers['x-forwarded-for'] !== undefined) {
      const isTrusted = application.getHttpAdapter().getInstance().get('trust proxy fn') as (address: string, hop: number) => boolean; // prettier-ignore
      const peer = request.socket.remoteAddress ?? '';
      if (!isTrusted(peer, 0)) {
        hasWarned = true;
        new Logger('Http').warn(
          `X-Forwarded-For comes from ${peer}, which is not in TRUSTED_PROXIES, and is ignored. If ${peer} is a proxy in front of this service, add it: otherwise all its clients share the limits of one address.`,
        );
      }
    }
    next();
  };
}

/** Nest would turn an error of Express (an undecodable path) into a bare 400, before the filter could see what it was. */
function errorToProblem(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  next(toProblem(error));
}
