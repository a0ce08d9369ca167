import { Inject, Injectable, OnApplicationShutdown, Optional } from '@nestjs/common';
import { Config } from '@app/platform';
import { AddressPolicy, type TlsIdentity } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { Connections, KEEP_ALIVE_TIMES, type KeepAliveTimes } from './connections';
import { DeadlineWheel } from './deadline-wheel';
import { type Decision, Exchange } from './exchange';
import { GuardedConnector } from './guarded-connector';
import { recordedHeaders, requestHeaders, type RequestFacts } from './request-headers';
import { writeRequest } from './request-writer';
import { NameResolver } from './resolver';
import { type BodyRecord, recordBody, recordHeaders } from './response-record';
import { parseRetryAfter } from './retry-after';

/** The times of an attempt; a test may inject shorter ones. */
export class SendingTimes {
  /** An attempt fails if no status has come by then: name lookup, connect, TLS and headers together. In milliseconds. */
  attemptMs = 10_000;
  /** The body is read for this long after the headers, at most. In milliseconds. */
  bodyMs = 2_000;
  keepAlive: KeepAliveTimes = KEEP_ALIVE_TIMES;
}

/** Origins whose connections are kept open. Beyond it the one used longest ago is closed. */
const MAX_ORIGINS = 4_096;
/** Bodies of one origin that are read after its slots were released: the oldest is cut for one more. */
const MAX_OPEN_BODIES = 64;

/** Makes one attempt: a request with a deadline, to a public address. The only place that reaches outside. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  private readonly origins = new Map<string, Origin>();
  private readonly deadlines: DeadlineWheel;
  private readonly connector: GuardedConnector;

  constructor(
    @Inject(Config) config: Config,
    @Optional() private readonly times: SendingTimes = new SendingTimes(),
  ) {
    this.deadlines = new DeadlineWheel(Math.max(times.attemptMs, times.bodyMs));
    this.connector = new GuardedConnector(
      new AddressPolicy(config.ALLOWED_PRIVATE_CIDRS),
      new NameResolver(config.DNS_SERVERS),
    );
  }

  /**
   * @param onDecided called once, as soon as the outcome is known: the endpoint has answered then, and may be sent the
   * next request, while the body of its response is still being read. Body and headers of the response are left out.
   * @returns what came of it. A receiver's failure is such a value; this rejects only for a fault of ours, before anything is sent.
   */
  async send(facts: RequestFacts, onDecided?: (result: AttemptResult) => void): Promise<AttemptResult> {
    const { target } = facts;
    const headers = requestHeaders(facts);
    const origin = this.originOf(target.origin, target.tls);
    const request = writeRequest(
      facts.custom?.method ?? 'POST',
      origin.host,
      target.path,
      headers,
      facts.body,
    );
    const startedAt = Date.now();
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const connection = origin.connections.take();
      let decision!: Decision;
      let result!: AttemptResult;
      let deadline = this.deadlines.add(this.times.attemptMs, () => exchange.expire(connection.stage));
      const exchange: Exchange = new Exchange({
        decided: (made) => {
          const afterMs = performance.now() - start;
          this.deadlines.cancel(deadline);
          decision = made;
          result = toResult(made, facts, headers, startedAt, Math.round(afterMs));
          if (made.statusCode !== null) {
            origin.connections.noteAnswered(connection, afterMs);
            deadline = this.deadlines.add(this.times.bodyMs, () => exchange.expire(connection.stage));
            origin.beginBody(exchange);
          }
          onDecided?.(result);
        },
        ended: (body) => {
          this.deadlines.cancel(deadline);
          origin.endBody(exchange);
          origin.connections.giveBack(connection);
          if (!body) return resolve(result);
          const record = recordBody(body, decision.headers!);
          if (record instanceof Promise)
            record.then((read) => resolve(withBody(result, decision, read)), reject);
          else resolve(withBody(result, decision, record));
        },
      });
      connection.send(request, exchange);
    });
  }

  onApplicationShutdown(): void {
    for (const { connections } of this.origins.values()) connections.destroy();
  }

  /** Connections with a client certificate carry requests of that certificate only. */
  private originOf(url: string, tls: TlsIdentity | null): Origin {
    const key = tls ? `${url} ${tls.id}` : url;
    let origin = this.origins.get(key);
    if (origin) {
      if (this.origins.size < MAX_ORIGINS) return origin;
      this.origins.delete(key); // to the end of the line again
    } else {
      if (this.origins.size >= MAX_ORIGINS) this.closeOldest();
      origin = new Origin(new URL(url), tls, this.connector, this.deadlines, this.times.keepAlive);
    }
    this.origins.set(key, origin);
    return origin;
  }

  private closeOldest(): void {
    const [url, { connections }] = this.origins.entries().next().value!;
    this.origins.delete(url);
    connections.close();
  }
}

/** A server that requests go to: its connections, and the responses whose bodies are still being read. */
class Origin {
  readonly host: string;
  readonly connections: Connections;
  private readonly bodies = new Set<Exchange>();

  constructor(
    url: URL,
    tls: TlsIdentity | null,
    connector: GuardedConnector,
    deadlines: DeadlineWheel,
    keepAlive: KeepAliveTimes,
  ) {
    this.host = url.host;
    const isTls = url.protocol === 'https:';
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
    this.connections = new Connections(
      connector.opener({ isTls, hostname, port, identity: tls ?? undefined }),
      deadlines,
      keepAlive,
    );
  }

  /** Bodies that never end must not hold any number of connections: the oldest gives way. */
  beginBody(exchange: Exchange): void {
    this.bodies.add(exchange);
    if (this.bodies.size > MAX_OPEN_BODIES) this.bodies.values().next().value!.expire('RESPONSE');
  }

  endBody(exchange: Exchange): void {
    this.bodies.delete(exchange);
  }
}

function toResult(
  { failure, statusCode, headers: responseHeaders }: Decision,
  facts: RequestFacts,
  headers: Record<string, string>,
  startedAt: number,
  durationMs: number,
): AttemptResult {
  const asksToWait = statusCode === 429 || statusCode === 503;
  return {
    outcome: failure?.outcome ?? 'DELIVERED',
    startedAt,
    durationMs,
    statusCode,
    errorCode: failure?.errorCode ?? null,
    errorText: failure?.errorText ?? null,
    requestUrl: facts.target.shownUrl,
    requestHeaders: recordedHeaders(headers, facts),
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    retryAfterMs: asksToWait
      ? parseRetryAfter(responseHeaders?.['retry-after'], startedAt + durationMs)
      : null,
  };
}

function withBody(result: AttemptResult, decision: Decision, body: BodyRecord): AttemptResult {
  result.responseHeaders = recordHeaders(decision.headers!);
  result.responseBody = body.text;
  result.responseTruncated = body.isTruncated;
  return result;
}
