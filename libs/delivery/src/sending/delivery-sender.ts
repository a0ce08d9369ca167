import { Injectable } from '@nestjs/common';
import { FormatterRegistry, type FormatName, type Formatter } from '@app/formatting';
import { SigningService } from '@app/signing';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { WebhookSender } from './webhook-sender';

/** What sending needs to know of a delivery. */
export interface SendableDelivery {
  readonly id: string;
  readonly format: FormatName;
  /** Of this attempt, from 1: `X-Webhook-Attempt`. */
  readonly number: number;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly test: boolean;
    /** Rendered once for each format; null once the payload was expunged. */
    body(formatter: Formatter<FormatName>): Buffer | null;
  };
}

/** Makes one attempt of a delivery: renders its body, signs it, and sends it. */
@Injectable()
export class DeliverySender {
  constructor(
    private readonly formatters: FormatterRegistry,
    private readonly signing: SigningService,
    private readonly http: WebhookSender,
  ) {}

  /** @returns what came of it, or null when there is nothing to send. */
  async send(
    { id, format, number, event }: SendableDelivery,
    target: WebhookTarget,
  ): Promise<AttemptResult | null> {
    const body = event.body(this.formatters.get(format));
    if (body === null) return null;
    const now = Date.now();
    const timestamp = Math.floor(now / 1_000);
    return this.http.send({
      target,
      body,
      eventId: event.id,
      eventType: event.type,
      deliveryId: id,
      attemptNumber: number,
      timestamp,
      test: event.test,
      signatures: this.signing.sign(target.liveSecretsAt(now), body, event.id, timestamp),
    });
  }
}
