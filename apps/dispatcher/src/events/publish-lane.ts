import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { EventBus, MAX_EVENT_TEXT_BYTES } from '@app/events';
import {
  type BodyLimits,
  isOwnRequest,
  loopDetected,
  Problem,
  PUBLISHER_BODY_BYTES,
  readBody,
  REQUEST_ID,
  toProblem,
} from '@app/platform';
import { PUBLISHER, PublisherToken } from '../publisher-token';
import { idempotencyKeyOf } from './request-body';

const PATH = '/internal/v1/events';
const EVENT_BODY: BodyLimits = {
  maxBytes: MAX_EVENT_TEXT_BYTES,
  mayBeCompressed: false,
  holder: PUBLISHER,
  holderBytes: PUBLISHER_BODY_BYTES,
};
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i;

/**
 * The fast path for single events. Framework and middleware cost more than reading, checking, and committing an event
 * together, so this one route is served before them, on the same server, for requests with the publisher token.
 * `EventsController` is the same route for everything else (compressed, without the token);
 * test/e2e/publishing.e2e-spec.ts proves that both respond alike.
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
      if (isOrdinary(request) && this.token.accepts(request.headers.authorization))
        void this.serve(request, response);
      else for (const listener of others) listener.call(server, request, response);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    try {
      if (isOwnRequest(request.headers)) throw loopDetected();
      const body = await readBody(request, response, EVENT_BODY);
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
