import { CallHandler, ExecutionContext, Injectable, Logger, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { catchError, from, lastValueFrom, type Observable, of, switchMap } from 'rxjs';
import { Problem } from '@app/platform';
import { callerOf } from '../auth/caller';
import { type Answer, IdempotentAnswers, type Claim } from './idempotent-answers';

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_HEADERS = ['etag', 'location'];

/**
 * `Idempotency-Key` on every POST of a customer: the same request again within 24 hours gets the answer of the first,
 * and nothing is done twice. What failed was not done, so it isn't kept: it may be tried again with the same key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Idempotency');

  constructor(private readonly answers: IdempotentAnswers) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw Problem.invalid([
        { path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' },
      ]);
    }
    const response = context.switchToHttp().getResponse<Response>();
    const fingerprint = `${request.method} ${request.originalUrl}\n${JSON.stringify(request.body ?? null)}`;
    const known = await this.answers.claim(callerOf(context).accountId, key, fingerprint);
    switch (known.state) {
      case 'first':
        return from(this.carryOut(known.claim, next, response));
      case 'answered':
        return of(replay(known.answer, response));
      case 'under-way':
        throw new Problem('conflict', 'The first request with this idempotency key is still under way.', {
          headers: { 'Retry-After': '1' },
        });
      case 'other-request':
        throw new Problem(
          'idempotency_key_reused',
          'This idempotency key was used with another request. Take a new key for each one.',
        );
    }
  }

  private carryOut(claim: Claim, next: CallHandler, response: Response): Promise<unknown> {
    return lastValueFrom(
      next.handle().pipe(
        switchMap(async (body: unknown) => {
          await this.keep(claim, {
            statusCode: response.statusCode,
            body: toText(body),
            headers: keptHeaders(response),
          });
          return body;
        }),
        catchError(async (error: unknown) => {
          await this.answers.release(claim).catch(() => undefined);
          throw error;
        }),
      ),
    );
  }

  /** What was done stays done, even if its answer cannot be kept; the caller must not be told otherwise. */
  private async keep(claim: Claim, answer: Answer): Promise<void> {
    await this.answers.keep(claim, answer).catch((error: unknown) => {
      this.logger.error(
        { err: error, accountId: claim.accountId },
        'An answer could not be kept for its idempotency key',
      );
    });
  }
}

function replay(answer: Answer, response: Response): unknown {
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.setHeader('Idempotency-Replayed', 'true');
  response.status(answer.statusCode);
  return answer.body === null ? undefined : (JSON.parse(answer.body) as unknown);
}

function toText(body: unknown): string | null {
  return body === undefined ? null : JSON.stringify(body);
}

function keptHeaders(response: Response): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) =>
      response.hasHeader(name) ? [[name, String(response.getHeader(name))]] : [],
    ),
  );
}
