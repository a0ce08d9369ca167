import { Injectable } from '@nestjs/common';
import { AuditTrail } from '@app/accounts';
import { type ActionLimit, ActionLimits, Problem } from '@app/platform';
import { WebhookService } from '@app/webhooks';
import { DispatcherCommands } from '../commands/dispatcher-commands';
import { DeliveryReader } from '../reading/delivery-reader';
import type { DeliverySummary } from '../reading/delivery-view';
import type { AskedBy } from './replay.service';

/** A webhook that leads back here, by whatever detour, can't keep itself going by retries of its own delivery. */
const MANUAL_ATTEMPTS: ActionLimit = {
  what: 'manual attempts of one delivery',
  most: 20,
  windowSeconds: 3_600,
};

/** Sends one delivery of an account once more. */
@Injectable()
export class ResendService {
  constructor(
    private readonly deliveries: DeliveryReader,
    private readonly webhooks: WebhookService,
    private readonly commands: DispatcherCommands,
    private readonly audit: AuditTrail,
    private readonly limits: ActionLimits,
  ) {}

  /**
   * Has a delivery attempted now, whatever its state; retries that are still due are kept.
   * @returns the delivery as it is before that attempt. The wish is committed by then.
   * @throws Problem not_found; conflict when its webhook is not ACTIVE; expunged when there is nothing left to send;
   *   rate_limited after 20 within an hour.
   */
  async resend(accountId: string, deliveryId: string, by: AskedBy): Promise<DeliverySummary> {
    const delivery = await this.deliveries.requireSendable(accountId, deliveryId);
    await this.requireActive(accountId, delivery.webhookId);
    await this.limits.take(`manual:${deliveryId}`, MANUAL_ATTEMPTS);
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
