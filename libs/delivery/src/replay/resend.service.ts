import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { Problem } from '@app/platform';
import { WebhookService } from '@app/webhooks';
import { DispatcherCommands } from '../commands/dispatcher-commands';
import { DeliveryReader } from '../reading/delivery-reader';
import type { DeliverySummary } from '../reading/delivery-view';
import type { AskedBy } from './replay.service';

/** Sends one delivery of an account once more. */
@Injectable()
export class ResendService {
  constructor(
    private readonly deliveries: DeliveryReader,
    private readonly webhooks: WebhookService,
    private readonly commands: DispatcherCommands,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Has a delivery attempted now, whatever its state; retries that are still due are kept.
   * @returns the delivery as it is before that attempt. The wish is committed by then.
   * @throws Problem not_found; conflict when its webhook is not ACTIVE; expunged when there is nothing left to send.
   */
  async resend(accountId: string, deliveryId: string, by: AskedBy): Promise<DeliverySummary> {
    const delivery = await this.deliveries.requireSendable(accountId, deliveryId);
    await this.requireActive(accountId, delivery.webhookId);
    await this.commands.retry([deliveryId]);
    await this.audit.record({ accountId, ...by, action: 'delivery.retry', subject: deliveryId });
    return delivery;
  }

  private async requireActive(accountId: string, webhookId: string): Promise<void> {
    const webhook = await this.webhooks.get(accountId, webhookId).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    });
    if (!webhook)
      throw new Problem('conflict', 'The webhook has been deleted, so there is nowhere to send to.');
    if (webhook.status !== 'ACTIVE') {
      throw new Problem(
        'conflict',
        `The webhook is ${webhook.status}. Set its status to ACTIVE first (PATCH /v1/webhooks/${webhookId}), then send again.`,
      );
    }
  }
}
