import { Inject, Injectable, OnApplicationShutdown } from '@nestjs/common';
import { Config } from '@app/platform';
import { AddressPolicy, type WebhookTarget } from '@app/webhooks';
import type { buildConnector } from 'undici';
import type { AttemptResult } from '../attempt';
import { Connections } from './connections';
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
  private readonly origins = new Map<string, Connections>();
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

  /** @returns what came of it. A receiver's failure is such a value; this rejects only for a fault of ours, before anything is sent. */
  send(facts: RequestFacts): Promise<AttemptResult> {
    const { target } = facts;
    const headers = requestHeaders(facts);
    const startedAt = Date.now();
    const start = performance.now();
    return new Promise((resolve) => {
      const connections = this.connectionsTo(target.origin);
      const client = connections.take();
      const settle = (answer: Answer, ended: boolean): void => {
        this.deadlines.cancel(deadline);
        connections.giveBack(client, ended);
        resolve(toResult(answer, target, headers, startedAt, Math.round(performance.now() - start)));
      };
      const exchange = new Exchange(settle);
      const deadline = this.deadlines.add(ATTEMPT_TIMEOUT_MS, () => exchange.expire());
      try {
        client.dispatch({ path: target.path, method: 'POST', headers, body: facts.body }, exchange);
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
    });
  }

  onApplicationShutdown(): void {
    for (const connections of this.origins.values()) connections.destroy();
  }

  private connectionsTo(origin: string): Connections {
    let connections = this.origins.get(origin);
    if (connections) {
      if (this.origins.size < MAX_ORIGINS) return connections;
      this.origins.delete(origin); // to the end of the line again
    } else {
      if (this.origins.size >= MAX_ORIGINS) this.closeOldest();
      connections = new Connections(origin, this.connect);
    }
    this.origins.set(origin, connections);
    return connections;
  }

  private closeOldest(): void {
    const [origin, connections] = this.origins.entries().next().value!;
    this.origins.delete(origin);
    connections.close();
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
    requestUrl: target.shownUrl,
    requestHeaders: recordedHeaders(headers, target.customHeaders),
    responseHeaders: answer.headers,
    responseBody: answer.body,
    responseTruncated: answer.truncated,
    retryAfterMs: asksToWait
      ? parseRetryAfter(answer.headers?.['retry-after'], startedAt + durationMs)
      : null,
  };
}
