import type { WebhookTarget } from '@app/webhooks';

/** Bumped with every release that changes what receivers see. */
export const USER_AGENT = 'SkipCalls-Webhooks/1.0';

/** What the headers of one attempt are made of. */
export interface RequestFacts {
  target: WebhookTarget;
  body: Buffer;
  eventId: string;
  eventType: string;
  deliveryId: string;
  attemptNumber: number;
  /** Unix seconds of this attempt. */
  timestamp: number;
  test: boolean;
  /** The signature headers of this body and timestamp; empty without a secret. */
  signatures: Record<string, string>;
  /** The `Authorization` header; null if the webhook has no authentication that sets it. */
  authorization: string | null;
  /** The method and headers of a custom request; left out: a plain POST. */
  custom?: { method: string; headers: Record<string, string> };
}

/**
 * The headers of one attempt (CONTRACT section 1). The customer's own come first and ours overwrite them: a webhook
 * with a forbidden header can't be saved, and could not replace anything if it were.
 */
export function requestHeaders(facts: RequestFacts): Record<string, string> {
  const { timestamp } = facts;
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
    'X-Webhook-Event': facts.eventType,
    'X-Webhook-Delivery': facts.deliveryId,
    'X-Webhook-Attempt': String(facts.attemptNumber),
    'webhook-id': facts.eventId,
    'webhook-timestamp': String(timestamp),
  };
  if (facts.test) headers['X-Webhook-Test'] = 'true';
  if (facts.authorization) headers.Authorization = facts.authorization;
  Object.assign(headers, facts.signatures);
  const custom = customHeadersOf(facts);
  return custom ? withCustom(headers, custom) : headers;
}

/** The webhook's own headers, then those of its custom request; where both have one, the webhook's counts. */
function customHeadersOf({
  target: { customHeaders },
  custom,
}: Pick<RequestFacts, 'target' | 'custom'>): Record<string, string> | null {
  if (!custom) return customHeaders;
  const own = new Set(Object.keys(customHeaders ?? {}).map((name) => name.toLowerCase()));
  const others = Object.entries(custom.headers).filter(([name]) => !own.has(name.toLowerCase()));
  return { ...customHeaders, ...Object.fromEntries(others) };
}

const MASKED = '••••••';

/** The same as they are recorded: credentials and the values of the customer's own headers are nobody's to read. */
export function recordedHeaders(
  headers: Record<string, string>,
  facts: Pick<RequestFacts, 'target' | 'authorization' | 'custom'>,
): string {
  const { authorization } = facts;
  const custom = customHeadersOf(facts);
  if (!custom && authorization === null) return JSON.stringify(headers);
  const masked = { ...headers };
  for (const name in custom) if (headers[name] === custom[name]) masked[name] = MASKED;
  if (authorization !== null) masked.Authorization = MASKED;
  return JSON.stringify(masked);
}

/** Ours even on an attempt that has none: nobody else may say that it is a test, or signed. */
const RESERVED = [
  'x-webhook-test',
  'x-webhook-signature',
  'x-webhook-signature-previous',
  'webhook-signature',
];

function withCustom(ours: Record<string, string>, custom: Record<string, string>): Record<string, string> {
  const taken = new Set([...RESERVED, ...Object.keys(ours).map((name) => name.toLowerCase())]);
  const headers = { ...ours };
  for (const [name, value] of Object.entries(custom))
    if (!taken.has(name.toLowerCase())) headers[name] = value;
  return headers;
}
