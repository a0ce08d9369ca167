import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Config } from '@app/platform';
import { AddressPolicy, type WebhookTarget } from '@app/webhooks';
import { type buildConnector, Pool } from 'undici';
import type { AttemptResult } from '../attempt';
import { type Answer, Exchange } from './exchange';
import { DeadlineWheel } from './deadline-wheel';
import { guardedConnector } from './guarded-connector';
import { recordedHeaders, requestHeaders, type RequestFacts } from './request-headers';
import { NameResolver } from './resolver';
import { parseRetryAfter } from './retry-after';

/** An attempt fails when no status has come by then: name look-up, connect, TLS and headers together. */
export const ATTEMPT_TIMEOUT_MS = 10_000;

/** Origins whose connections are kept open. Beyond it the one used longest ago is closed. */
const MAX_ORIGINS = 4_096;

/** Makes one attempt: a POST with a deadline, to a public address, to its end. The only place that reaches outside. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  private readonly pools = new Map<string, Pool>();
  private readonly deadlines = new DeadlineWheel(ATTEMPT_TIMEOUT_MS);
  private readonly connect: buildConnector.connector;

  constructor(@Inject(Config) config: Config) {
    this.connect = guardedConnector(
      new AddressPolicy(config.ALLOWED_PRIVATE_CIDRS),
      new NameResolver(config.DNS_SERVERS),
      // The deadline comes first; this only makes sure that no half-open connection is left behind it.
      ATTEMPT_TIMEOUT_MS + 1_000,
    );
  }

  /** @returns what came of it. A receiver's failure is such a value; this never rejects. */
  send(facts: RequestFacts): Promise<AttemptResult> {
    const { target } = facts;
    const headers = requestHeaders(facts);
    const startedAt = Date.now();
    const start = performance.now();
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        this.deadlines.cancel(deadline);
        resolve(toResult(answer, target, headers, startedAt, Math.round(performance.now() - start)));
      };
      const exchange = new Exchange(settle);
      const deadline = this.deadlines.add(ATTEMPT_TIMEOUT_MS, () => exchange.expire());
      try {
        this.poolOf(target.origin).dispatch(
          { path: target.path, method: 'POST', headers, body: facts.body },
          exchange,
        );
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private poolOf(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (pool) {
      if (this.pools.size < MAX_ORIGINS) return pool;
      this.pools.delete(origin); // to the end of the line again
    } else {
      if (this.pools.size >= MAX_ORIGINS) this.closeOldest();
      // The deadline replaces undici's own timers.
      pool = new Pool(origin, {
        connect: this.connect,
        headersTimeout: 0,
        bodyTimeout: 0,
        connections: null,
      });
    }
    this.pools.set(origin, pool);
    return pool;
  }

  private closeOldest(): void {
    const [origin, pool] = this.pools.entries().next().value!;
    this.pools.delete(origin);
    // What is in flight ends in peace.
    pool.close().catch(() => undefined);
  }
}

function toResult(
  answer: Answer,
  target: WebhookTarget,
  headers: Record<string, string>,
  startedAt: number,
  durationMs: number,
): AttemptResult {
  const asksToWait = answer.statusCode === 429 || answer.statusCode === 503;
  return {
    outcome: answer.failure?.outcome ?? 'DELIVERED',
    startedAt,
    durationMs,
    statusCode: answer.statusCode,
    errorCode: answer.failure?.errorCode ?? null,
    errorText: answer.failure?.errorText ?? null,
    requestUrl: target.url,
    requestHeaders: recordedHeaders(headers, target.customHeaders),
    responseHeaders: answer.headers,
    responseBody: answer.body,
    responseTruncated: answer.truncated,
    retryAfterMs: asksToWait
      ? parseRetryAfter(answer.headers?.['retry-after'], startedAt + durationMs)
      : null,
  };
}
