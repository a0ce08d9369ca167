import type { IncomingMessage } from 'node:http';
import { CallHandler, ExecutionContext, Injectable, NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { from, type Observable, switchMap } from 'rxjs';
import { networkOf } from '../client-address';
import { Problem } from '../problem';
import { CUSTOMER_BODY_BYTES } from './body-budget';
import { CUSTOMER_JSON, requireShape, type ShapeLimits } from './json-shape';
import { type BodyLimits, readBody } from './read-body';
import { hasBody } from './unread-body';

/** How a route's JSON body is received. */
export interface BodyRules {
  /** Bytes, also when inflated. */
  maxBytes: number;
  /** Whether gzip and deflate are accepted. */
  mayBeCompressed: boolean;
  /** Bytes of unfinished bodies that one credential may have in this process. */
  holderBytes: number;
  shape: ShapeLimits;
  /** Whether callers without credentials may send it. */
  isAnonymous: boolean;
}

const CUSTOMER_BODY: BodyRules = {
  maxBytes: 256 * 1024,
  mayBeCompressed: true,
  holderBytes: CUSTOMER_BODY_BYTES,
  shape: CUSTOMER_JSON,
  isAnonymous: false,
};

/** Callers that have not shown credentials yet get a few kilobytes, and nothing is inflated for them. */
const ANONYMOUS_BODY: BodyRules = {
  maxBytes: 4 * 1024,
  mayBeCompressed: false,
  holderBytes: 64 * 1024,
  shape: { depth: 4, perContainer: 20, values: 50 },
  isAnonymous: true,
};

const BODY_RULES = 'skipcalls:body-rules';

/** The body of a route that callers without credentials reach, such as a sign-in. */
export const AnonymousBody = (): MethodDecorator & ClassDecorator => SetMetadata(BODY_RULES, ANONYMOUS_BODY);

/** The handler reads the body itself, with `readBody` or `streamBody`. */
export const ReadsOwnBody = (): MethodDecorator & ClassDecorator => SetMetadata(BODY_RULES, null);

declare module 'express' {
  interface Request {
    /** Whose credentials a guard has accepted; set before the body is read. */
    bodyHolder?: string;
  }
}

/**
 * Reads and parses the JSON body of a route, if a guard has accepted the caller's credentials (`bodyHolder`) or the route
 * is an `AnonymousBody`. An interceptor, because Nest runs it after every guard and only for a route that exists: without
 * valid credentials or on an unknown path, in whatever spelling, no body is read.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly reflector = new Reflector();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    if (!hasBody(request) || request.method === 'GET' || request.method === 'HEAD') return next.handle();
    const declared = this.reflector.getAllAndOverride<BodyRules | null | undefined>(BODY_RULES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (declared === null) return next.handle();
    const rules = declared ?? CUSTOMER_BODY;
    if (request.bodyHolder === undefined && !rules.isAnonymous) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    return from(receive(request, response, rules)).pipe(switchMap(() => next.handle()));
  }
}

async function receive(request: Request, response: Response, rules: BodyRules): Promise<void> {
  const holder = request.bodyHolder ?? networkOf(request.ip);
  const body = parseJson(await receiveJsonBody(request, response, { ...rules, holder }));
  requireShape(body, rules.shape);
  request.body = body;
}

/**
 * The JSON text of a request, as bytes.
 * @throws Problem unsupported_media_type, and what `readBody` throws.
 */
export async function receiveJsonBody(
  request: Request,
  response: Response,
  limits: BodyLimits,
): Promise<Buffer> {
  if (!hasBody(request)) throw new Problem('validation_failed', 'A JSON body is required.');
  if (!request.is('application/json'))
    throw new Problem('unsupported_media_type', 'Send the body as application/json.');
  requireUtf8(request.headers['content-type']);
  // pino-http and this service declare a different type for `id`.
  return readBody(request as unknown as IncomingMessage, response, limits);
}

function requireUtf8(contentType: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw new Problem('unsupported_media_type', 'Send the body in UTF-8.');
}

/** @throws Problem malformed_json; a scalar is no JSON body either. */
function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Problem('malformed_json', 'The body is not valid UTF-8.');
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below.
  }
  throw new Problem('malformed_json', 'The body is not valid JSON.');
}
