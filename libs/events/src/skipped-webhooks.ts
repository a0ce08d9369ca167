import { fromUuid } from '@app/platform';

/** Why a webhook got no delivery of an event, as of the event's commit. */
export const SKIP_REASONS = ['NOT_SUBSCRIBED', 'PAUSED', 'DISABLED', 'FILTERED'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface SkippedWebhook {
  webhookId: string;
  reason: SkipReason;
}

/** The byte that stands for each reason in `events.skipped`, as PostgreSQL writes bytea. */
export const SKIP_CODES: Record<SkipReason, string> = {
  NOT_SUBSCRIBED: '\\x01',
  PAUSED: '\\x02',
  DISABLED: '\\x03',
  FILTERED: '\\x04',
};

/** An account that may have thousands of webhooks must not store thousands of ids with each event. */
export const MAX_SKIPPED = 100;

const ENTRY_BYTES = 17;

/** Reads `events.skipped`: for each webhook one byte for the reason, and 16 for the id. */
export function readSkipped(packed: Buffer | null): SkippedWebhook[] {
  if (packed === null) return [];
  const skipped: SkippedWebhook[] = [];
  for (let at = 0; at + ENTRY_BYTES <= packed.length; at += ENTRY_BYTES) {
    const hex = packed.toString('hex', at + 1, at + ENTRY_BYTES);
    const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    skipped.push({ webhookId: fromUuid('whk', uuid), reason: SKIP_REASONS[packed[at] - 1] });
  }
  return skipped;
}
