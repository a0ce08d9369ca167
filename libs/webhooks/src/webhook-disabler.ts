import { Injectable, Logger } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { ChangeFeed, fromUuid, Sql, toUuid } from '@app/platform';
import type { WebhookTarget } from './target';

/** Only while the settings are those that the receiver has rejected: a new URL gets its own chance. */
const DISABLE = `
  update webhooks set status = 'DISABLED', disabled_reason = $3, updated_at = now(), version = version + 1
  where id = $1 and settings_version = $2 and status = 'ACTIVE' and deleted_at is null
  returning account_id`;

/** Disables webhooks whose receivers have said that they can never work again. */
@Injectable()
export class WebhookDisabler {
  private readonly logger = new Logger('WebhookDisabler');

  constructor(
    private readonly sql: Sql,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditTrail,
  ) {}

  /** @param reason what the customer reads as `disabledReason`: why, and what to do. */
  async disable({ id, version }: WebhookTarget, reason: string): Promise<void> {
    const [row] = await this.sql.rows<{ account_id: string }>(DISABLE, [toUuid(id), version, reason]);
    if (!row) return;
    this.logger.warn({ msg: 'disabled', webhookId: id, reason });
    await this.changes.announce('webhook', id);
    await this.audit.record({
      accountId: fromUuid('acc', row.account_id),
      actor: { kind: 'system', id: 'dispatcher' },
      action: 'webhook.disable',
      subject: id,
      reason,
    });
  }
}
