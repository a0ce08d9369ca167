import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { newId, Problem, Sql, toUuid } from '@app/platform';
import { WebhookService } from '@app/webhooks';
import { DispatcherCommands } from '../commands/dispatcher-commands';
import { DeliveryReader } from '../reading/delivery-reader';
import type { DeliverySummary } from '../reading/delivery-view';
import type { AskedBy } from './replay.service';

/** The delivery waits for room at its webhook, like a replayed one, and is retried by the webhook's policy. */
const MAKE_DELIVERY = `
  insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, trigger, attempt_count, parked_at)
  select $1, events.account_id, webhooks.id, events.id, events.type, webhooks.format, 'PENDING', 'manual', 0, now()
  from events, webhooks
  where events.id = $2 and events.account_id = $4 and events.data is not null
    and webhooks.id = $3 and webhooks.account_id = $4 and webhooks.deleted_at is null
  on conflict (event_id, webhook_id) do nothing
  returning id`;

const SENDABLE = 'select test, data is not null as has_data from events where id = $1 and account_id = $2';

/** Sends a stored event to a webhook that never got it. */
@Injectable()
export class EventSender {
  constructor(
    private readonly sql: Sql,
    private readonly webhooks: WebhookService,
    private readonly deliveries: DeliveryReader,
    private readonly commands: DispatcherCommands,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @returns the new delivery; it is committed by then.
   * @throws Problem not_found; expunged; conflict when the webhook is not ACTIVE, or has a delivery of the event already.
   */
  async send(accountId: string, eventId: string, webhookId: string, by: AskedBy): Promise<DeliverySummary> {
    const [event] = await this.sql.rows<{ test: boolean; has_data: boolean }>(SENDABLE, [
      toUuid(eventId),
      toUuid(accountId),
    ]);
    if (!event) throw Problem.notFound('event');
    if (!event.has_data)
      throw new Problem('expunged', 'The payload has been expunged: nothing is left to send.');
    const webhook = await this.webhooks.get(accountId, webhookId);
    if (webhook.status !== 'ACTIVE') {
      throw new Problem(
        'conflict',
        `The webhook is ${webhook.status}. Set its status to ACTIVE first, then send the event.`,
      );
    }
    const id = newId('dlv');
    const made = await this.sql.rows(MAKE_DELIVERY, [
      toUuid(id),
      toUuid(eventId),
      toUuid(webhookId),
      toUuid(accountId),
    ]);
    if (made.length === 0) {
      throw new Problem(
        'conflict',
        'The webhook already has a delivery of this event. Retry that delivery instead.',
      );
    }
    await this.audit.record({
      accountId,
      ...by,
      action: 'event.send',
      subject: eventId,
      details: { webhookId },
    });
    // Without Redis nobody is woken; the sweeper looks for waiting deliveries several times a second.
    await this.commands.wake([webhookId]).catch(() => undefined);
    return this.deliveries.get(accountId, id);
  }
}
