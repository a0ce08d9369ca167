import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { EventBus, MAX_EVENT_TEXT_BYTES } from '@app/events';
import { isOwnRequest, loopDetected, Problem, REQUEST_ID, toProblem } from '@app/platform';
import { PublisherToken } from '../publisher-token';
import { idempotencyKeyOf } from './request-body';

const PATH = '/internal/v1/events';
const INTERNAL = '/internal/';
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * The short way in for single events. Framework, middleware and body parser cost more than reading, checking and
 * committing an event together, so this one route is served before them, on the same server; `EventsController` is the
 * same route for people, documentation and what is out of the ordinary (compressed, say). Both answer alike: test/e2e/publishing.e2e-spec.ts holds them together.
 */
@Injectable()
export class PublishLane implements OnApplicationBootstrap {
  private readonly logger = new Logger('Http');

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly token: PublisherToken,
    private readonly bus: EventBus,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.adapter.httpAdapter.getHttpServer() as Server;
    const others = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (isOrdinary(request)) void this.serve(request, response);
      else if (request.url?.startsWith(INTERNAL) && !this.mayEnter(request, response)) return;
      else for (const listener of others) listener.call(server, request, response);
    });
  }

  /** Nobody without the token has a body of theirs parsed. */
  private mayEnter(request: IncomingMessage, response: ServerResponse): boolean {
    try {
      if (isOwnRequest(request.headers)) throw loopDetected();
      this.token.require(request.headers.authorization);
      return true;
    } catch (error) {
      this.refuse(toProblem(error), error, requestIdOf(request), request, response);
      return false;
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    try {
      if (isOwnRequest(request.headers)) throw loopDetected();
      this.token.require(request.headers.authorization);
      const body = await readBody(request);
      const accepted = await this.bus.publishJson(body, {
        source: 'http',
        idempotencyKey: idempotencyKeyOf(request),
      });
      answer(response, 202, 'application/json; charset=utf-8', requestId, JSON.stringify(accepted));
    } catch (error) {
      this.refuse(toProblem(error), error, requestId, request, response);
    }
  }

  private refuse(
    problem: Problem,
    error: unknown,
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const path = request.url!.split('?', 1)[0];
    if (problem.status >= 500) {
      this.logger.error({
        err: problem.extra.cause ?? error,
        requestId,
        method: request.method,
        path,
        msg: problem.detail,
      });
    }
    for (const [name, value] of Object.entries(problem.extra.headers ?? {})) response.setHeader(name, value);
    // What is left of a body that nobody will read would be taken for the next request.
    if (!request.complete) response.setHeader('Connection', 'close');
    const body = JSON.stringify({ ...problem.toJSON(), instance: path, requestId });
    answer(response, problem.status, 'application/problem+json; charset=utf-8', requestId, body);
  }
}

/** What publishers send day in, day out. */
function isOrdinary({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    url === PATH &&
    JSON_TYPE.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
  );
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  requestId: string,
  body: string,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

/** @throws Problem payload_too_large, without reading on. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_EVENT_TEXT_BYTES) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_EVENT_TEXT_BYTES) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Problem('validation_failed', 'The request broke off.'));
    });
  });
}

function tooLarge(): Problem {
  return new Problem('payload_too_large', `The body is larger than ${MAX_EVENT_TEXT_BYTES} bytes.`);
}
