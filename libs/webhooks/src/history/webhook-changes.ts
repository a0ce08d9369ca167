import { shownFormat } from '@app/formatting';
import { isDeepStrictEqual } from 'node:util';
import type { CustomHeaders } from '../custom-headers';
import type { Webhook } from '../webhook.entity';

/** A change of one setting. A secret, a header, or `auth` is only said to be `changed`; null: there is none. */
export interface WebhookChange {
  /** As in the API; a header is `headers.<name>`. */
  field: string;
  from: unknown;
  to: unknown;
}

/** Settings by field: what is compared, and what may be shown of it. */
export type WebhookSnapshot = Map<string, { value: unknown; shown: unknown }>;

/** Stands for a value that is never shown. */
const CHANGED = 'changed';

/** @param opened what of the webhook is encrypted; it is only compared. */
export function snapshotOf(
  webhook: Webhook,
  opened: { url: string; headers: CustomHeaders },
): WebhookSnapshot {
  const { name, type, events, format, status, disabledReason, retryPolicy, filter, request } = webhook;
  const { maxConcurrency, rateLimitPerSecond } = webhook;
  const open = {
    name, type, events: [...events], format: shownFormat(format), status, disabledReason, retryPolicy, maxConcurrency, rateLimitPerSecond, filter, request,
  }; // prettier-ignore
  const snapshot: WebhookSnapshot = new Map(
    Object.entries(open).map(([field, value]) => [field, { value, shown: value }]),
  );
  snapshot.set('url', { value: opened.url, shown: webhook.url });
  snapshot.set('secret', hidden(webhook.sealedSecrets[0]?.sealed ?? null));
  snapshot.set('auth', hidden(webhook.sealedAuth));
  if (request) {
    const headers = Object.fromEntries(Object.keys(request.headers ?? {}).map((header) => [header, CHANGED]));
    snapshot.set('request', { value: request, shown: { ...request, headers } });
  }
  for (const [header, value] of Object.entries(opened.headers))
    snapshot.set(`headers.${header}`, hidden(value));
  return snapshot;
}

/** What differs between two states of a webhook. */
export function changesBetween(before: WebhookSnapshot, after: WebhookSnapshot): WebhookChange[] {
  const changes: WebhookChange[] = [];
  for (const field of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(field), after.get(field)];
    if (isDeepStrictEqual(from?.value ?? null, to?.value ?? null)) continue;
    changes.push({ field, from: from?.shown ?? null, to: to?.shown ?? null });
  }
  return changes;
}

function hidden(value: string | null): { value: string | null; shown: string | null } {
  return { value, shown: value === null ? null : CHANGED };
}
