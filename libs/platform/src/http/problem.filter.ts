import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { dependencyAway, isDependencyAway } from '../database/sql';
import type { AnonymousLimit } from './limits/anonymous-limit';
import { Problem, type ProblemCode } from './problem';

const CODES_BY_STATUS: Record<number, ProblemCode> = {
  400: 'validation_failed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'dependency_unavailable',
};

/**
 * Turns whatever was thrown into problem+json. What is our own fault is logged with the request's id and answered by a
 * bare 500. Requests without valid credentials count against the limit of their network.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(protected readonly anonymous: AnonymousLimit | null = null) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    if (isHealthReport(error)) {
      response.status(503).json(error.getResponse());
      return;
    }
    const problem = toProblem(error);
    if (problem.code === 'unauthorized') this.countAndRespond(problem, error, request, response);
    else this.respond(problem, error, request, response);
  }

  /** For a request without valid credentials. */
  protected countAndRespond(problem: Problem, error: unknown, request: Request, response: Response): void {
    const counted = this.anonymous?.count(request, response) ?? Promise.resolve();
    counted.then(
      () => this.respond(problem, error, request, response),
      (limited: unknown) => this.respond(toProblem(limited), limited, request, response),
    );
  }

  protected respond(problem: Problem, error: unknown, request: Request, response: Response): void {
    if (problem.status >= 500) {
      const cause = problem.extra.cause ?? error;
      this.logger.error(
        { err: cause, requestId: request.id, method: request.method, path: request.path },
        problem.detail,
      );
    }
    for (const [name, value] of Object.entries(problem.extra.headers ?? {})) response.setHeader(name, value);
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...problem.toJSON(), instance: request.path, requestId: request.id }));
  }
}

/** What a caller is told about an error. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) {
    const code = CODES_BY_STATUS[error.getStatus()];
    if (code) return new Problem(code, error.message, { cause: error });
  }
  if (isBodyError(error)) {
    if (error.type === 'entity.too.large')
      return new Problem('payload_too_large', `The body is larger than ${error.limit} bytes.`);
    if (error.type === 'entity.parse.failed')
      return new Problem('malformed_json', 'The body is not valid JSON.');
    if (error.status === 415) return new Problem('unsupported_media_type', error.message);
    return new Problem('validation_failed', error.message);
  }
  if (isDependencyAway(error)) {
    const name = (error as Error).name === 'MaxRetriesPerRequestError' ? 'Redis' : 'PostgreSQL';
    return dependencyAway(name, error);
  }
  return new Problem(
    'internal_error',
    'Something went wrong on our side. The request id helps us to find it.',
    { cause: error },
  );
}

/** Terminus tells an unhealthy state by an exception whose body is the report. */
function isHealthReport(error: unknown): error is HttpException {
  if (!(error instanceof HttpException) || error.getStatus() !== 503) return false;
  const body = error.getResponse();
  return typeof body === 'object' && 'details' in body;
}

/** Errors of Express's body parsers (in the backoffice) and of URL decoding carry a 4xx status. */
function isBodyError(
  error: unknown,
): error is { type?: string; status: number; message: string; limit?: number } {
  const status = (error as { status?: unknown } | null)?.status;
  return error instanceof Error && typeof status === 'number' && status >= 400 && status < 500;
}
