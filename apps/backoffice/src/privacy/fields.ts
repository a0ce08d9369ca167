import { HIDDEN, maskPersonalData, maskPhone } from './mask';
import { hideSecretUrl, hideSecretUrlsIn, maskUrl, maskUrlsIn } from './masked-url';
import { cleaned, fields, headers, listOf, mapOf, masked, personal, plain, view, type Shape } from './shape';

/** A URL: its path and query may hold tokens, so that only those see them who see call data. */
const url = cleaned(hideSecretUrl, masked(maskUrl));
/** A sentence of ours that may name a URL. */
const text = cleaned(hideSecretUrlsIn, masked(maskUrlsIn));
const phone = masked(maskPhone);
const body = masked(maskPersonalData);
/** A receiver may answer with what it was sent. */
const answer = masked((content) => content && HIDDEN);

/** Which columns of a table may leave the server, and how. */
export interface RowShape {
  columns: Record<string, Shape>;
  /** The column that names a row in headings and where other rows refer to it. */
  title?: string;
  /** Columns that name a row of another table. */
  references: Record<string, string>;
}

function row(columns: string, more: Record<string, Shape> = {}, title?: string, references = {}): RowShape {
  const shapes = Object.fromEntries(columns.split(' ').map((name) => [name, plain]));
  return { columns: { ...shapes, ...more }, references, ...(title ? { title } : {}) };
}

const ACCOUNT = { accountId: 'accounts' };

/** Rows of each resource, in lists, pages, searches, forms of actions, and where other rows refer to them. */
export const ROW_SHAPES: Record<string, RowShape> = {
  accounts: row('id name externalId createdAt', {}, 'name'),
  webhooks: row(
    'id accountId name type events format status circuitState failingSince maxConcurrency rateLimitPerSecond createdAt updatedAt deletedAt',
    { url },
    'name',
    ACCOUNT,
  ),
  events: row('id accountId type callId test occurredAt createdAt expungedAt', {}, 'callId', ACCOUNT),
  rejections: row('id accountId type idempotencyKey source code errors createdAt', {}, 'code', ACCOUNT),
  deliveries: row(
    'id accountId webhookId eventId eventType format status trigger attemptCount createdAt finishedAt lastOutcome lastStatusCode why',
    {},
    undefined,
    { ...ACCOUNT, webhookId: 'webhooks' },
  ),
  attempts: row(
    'key deliveryId number webhookId trigger startedAt durationMs outcome statusCode errorCode',
    {},
    undefined,
    { webhookId: 'webhooks', deliveryId: 'deliveries' },
  ),
  'api-keys': row('id accountId name hint createdAt lastUsedAt expiresAt revokedAt', {}, 'name', ACCOUNT),
  audit: row(
    'id createdAt accountId actorKind actorId actorIdName action subject reason',
    // What changed of a webhook includes its URL.
    { details: text },
    'action',
    ACCOUNT,
  ),
  staff: row('id email name role mustChangePassword usesTotp lastSignInAt createdAt disabledAt', {}, 'email'),
};

const ACCOUNT_LINK = fields({ id: plain, name: plain });
const EXPLANATION = fields({ whose: plain, short: text, whatHappened: text, whatToDo: text });
const LINE = fields({
  id: plain, at: plain, status: plain, eventId: plain, eventType: plain, webhookId: plain, webhookName: plain,
  attemptCount: plain, why: text,
}); // prettier-ignore

/** Of a request: ours that are no signatures. Custom headers are the customer's secrets. */
const REQUEST_HEADERS = headers({
  'content-type': plain, 'content-length': plain, 'user-agent': plain, 'x-webhook-event': plain, 'x-webhook-delivery': plain,
  'x-webhook-attempt': plain, 'x-webhook-test': plain, 'webhook-id': plain, 'webhook-timestamp': plain,
}); // prettier-ignore
const RESPONSE_HEADERS = headers({
  'content-type': plain, 'content-length': plain, date: plain, server: plain, connection: plain, 'retry-after': plain,
  'transfer-encoding': plain, location: url,
}); // prettier-ignore

const TIMELINE_ITEM = fields({
  kind: plain, at: plain, ms: plain, text: plain,
  id: plain, number: plain, trigger: plain, durationMs: plain, outcome: plain, statusCode: plain,
  error: fields({ code: plain, text: personal }),
  request: fields({ method: plain, url, headers: REQUEST_HEADERS }),
  response: fields({ headers: RESPONSE_HEADERS, body: answer, truncated: plain }),
  explanation: EXPLANATION,
  curl: personal,
}); // prettier-ignore

const DELIVERY_VIEW = view({
  delivery: fields({
    id: plain, webhookId: plain, eventId: plain, eventType: plain, callId: plain, test: plain, format: plain, status: plain,
    trigger: plain, attemptCount: plain, waitingFor: plain, nextAttemptAt: plain, lastOutcome: plain, lastStatusCode: plain,
    createdAt: plain, finishedAt: plain, payloadExpungedAt: plain,
  }),
  account: ACCOUNT_LINK,
  webhook: fields({ id: plain, name: plain, url, status: plain, circuitState: plain, deleted: plain }),
  explanation: EXPLANATION,
  timeline: listOf(TIMELINE_ITEM),
  body,
}); // prettier-ignore

const COUNTS = {
  attempts: plain, deliveries: mapOf(plain), byOutcome: mapOf(plain), successRate: plain, responseMs: fields({ p50: plain, p95: plain, p99: plain }),
}; // prettier-ignore

/** What the pages of rows are drawn from; see the `…PageData` types. */
export const VIEW_SHAPES: Record<string, Shape> = {
  deliveries: DELIVERY_VIEW,
  attempts: DELIVERY_VIEW,
  events: view({
    event: fields({
      id: plain, type: plain, callId: plain, test: plain, idempotencyKey: personal, occurredAt: plain, createdAt: plain,
      expungedAt: plain,
    }),
    account: ACCOUNT_LINK,
    from: phone,
    to: phone,
    data: body,
    deliveries: listOf(LINE),
    notWanted: listOf(fields({ id: plain, name: plain, why: plain })),
  }),
  webhooks: view({
    webhook: fields({
      id: plain, name: plain, type: plain, url, events: plain, format: plain, status: plain, disabledReason: text, hasSecret: plain,
      secretHint: personal, previousSecretExpiresAt: plain, hasCustomHeaders: plain, retryPolicy: plain, maxConcurrency: plain,
      rateLimitPerSecond: plain, circuitState: plain, circuitChangedAt: plain, failingSince: plain, createdAt: plain,
      updatedAt: plain, deletedAt: plain,
    }),
    account: ACCOUNT_LINK,
    stats: fields({ ...COUNTS, window: plain, since: plain, until: plain, hours: listOf(fields({ ...COUNTS, hour: plain })) }),
    waiting: plain,
    failed: listOf(LINE),
    newest: listOf(LINE),
    replays: listOf(fields({ id: plain, which: plain, status: plain, count: plain, queued: plain, at: plain, endReason: text })),
  }),
  accounts: view({
    account: fields({ id: plain, name: plain, externalId: plain, createdAt: plain }),
    webhooks: listOf(
      fields({ id: plain, name: plain, url, status: plain, circuitState: plain, failingSince: plain, events: plain }),
    ),
    failed: listOf(LINE),
    events: listOf(
      fields({ id: plain, type: plain, callId: plain, at: plain, test: plain, delivered: plain, failed: plain, pending: plain }),
    ),
    keys: listOf(fields({ id: plain, name: plain, hint: plain, lastUsedAt: plain, expiresAt: plain, revokedAt: plain })),
  }),
}; // prettier-ignore

/** Pages that are no row's. */
export const PAGE_SHAPES: Record<string, Shape> = {
  dashboard: fields({
    range: plain,
    points: listOf(
      fields({
        at: plain, deliveredPerMinute: plain, attemptsPerMinute: plain, successRate: plain, p95Ms: plain, waiting: plain,
        oldestWaitingMs: plain,
      }),
    ),
    now: fields({ waiting: plain, oldestWaitingMs: plain }),
    failing: listOf(
      fields({ id: plain, name: plain, url, accountId: plain, accountName: plain, status: plain, since: plain, reason: text }),
    ),
    circuits: listOf(fields({ id: plain, name: plain, url, accountName: plain, state: plain, since: plain, waiting: plain })),
    health: listOf(fields({ name: plain, isUp: plain, detail: plain })),
    at: plain,
  }),
  find: fields({
    query: plain,
    found: listOf(
      fields({ kind: plain, id: plain, title: plain, detail: text, at: plain, state: plain, path: plain }),
    ),
    more: plain,
    leadsTo: plain,
  }),
}; // prettier-ignore
