import { Injectable } from '@nestjs/common';
import type { ActorKind } from '@app/accounts';
import { afterCursor, fromUuid, isId, type Page, Sql, toPage, toUuid } from '@app/platform';
import { WebhookService } from '../webhook.service';
import type { WebhookChange } from './webhook-changes';

/** What people and the system do to a webhook itself, as the audit log names it. */
export const WEBHOOK_ACTIONS = ['create', 'update', 'rotate-secret', 'disable', 'reset-circuit'] as const;
export type WebhookAction = (typeof WEBHOOK_ACTIONS)[number];

/** One entry of a webhook's history. */
export interface WebhookHistoryEntry {
  id: string;
  /** `name` is that of a key or a person, where it is known. Members of staff have none. */
  actor: { kind: ActorKind; id: string; name: string | null };
  action: WebhookAction;
  at: Date;
  /** Empty if what changed was not recorded. */
  changes: WebhookChange[];
}

const HISTORY = `
  select entry.id, created_at, actor_kind, actor_id, actor_name, action, reason, details
  from audit_entries as entry
  where account_id = $1 and subject = $2 and action = any ($3::text[]) and ($4::uuid is null or entry.id < $4)
  order by entry.id desc limit $5`;

const KEY_NAMES = 'select id, name from api_keys where account_id = $1 and id = any ($2::uuid[])';

interface EntryRow {
  id: string;
  created_at: Date;
  actor_kind: ActorKind;
  actor_id: string;
  actor_name: string | null;
  action: string;
  reason: string | null;
  details: { changes?: WebhookChange[] } | null;
}

/** Who changed what of a webhook, and when, from the audit log. */
@Injectable()
export class WebhookHistory {
  constructor(
    private readonly sql: Sql,
    private readonly webhooks: WebhookService,
  ) {}

  /** Newest first. @throws Problem not_found */
  async of(
    accountId: string,
    webhookId: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<WebhookHistoryEntry>> {
    await this.webhooks.get(accountId, webhookId);
    const after = afterCursor('aud', cursor);
    const rows = await this.sql.rows<EntryRow>(HISTORY, [
      toUuid(accountId),
      webhookId,
      WEBHOOK_ACTIONS.map((action) => `webhook.${action}`),
      after && toUuid(after),
      limit + 1,
    ]);
    const names = await this.keyNames(accountId, rows);
    const entries = rows.map((row) => ({
      id: fromUuid('aud', row.id),
      actor: {
        kind: row.actor_kind,
        id: row.actor_id,
        name: row.actor_name ?? names.get(row.actor_id) ?? null,
      },
      action: row.action.replace('webhook.', '') as WebhookAction,
      at: row.created_at,
      changes: changesOf(row),
    }));
    return toPage(entries, limit, (entry) => entry);
  }

  private async keyNames(accountId: string, rows: EntryRow[]): Promise<Map<string, string>> {
    const ids = [...new Set(rows.map(({ actor_id: id }) => id))].filter((id) => isId('key', id));
    if (ids.length === 0) return new Map();
    const keys = await this.sql.rows<{ id: string; name: string }>(KEY_NAMES, [
      toUuid(accountId),
      ids.map(toUuid),
    ]);
    return new Map(keys.map(({ id, name }) => [fromUuid('key', id), name]));
  }
}

/** The system disables ACTIVE webhooks only, and records why. */
function changesOf({ action, reason, details }: EntryRow): WebhookChange[] {
  if (action === 'webhook.disable') {
    return [
      { field: 'status', from: 'ACTIVE', to: 'DISABLED' },
      { field: 'disabledReason', from: null, to: reason },
    ];
  }
  return details?.changes ?? [];
}
