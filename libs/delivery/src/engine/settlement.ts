import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '@app/platform';
import type { WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { RetryAlarms } from '../retry/retry-alarms';
import { AttemptRecorder } from '../store/attempt-recorder';
import { HeldRetries } from './held-retries';
import type { InHand } from './in-hand';
import { decide } from './verdict';
import { WebhookHealth } from './webhook-health';

/** What follows an attempt: the verdict and the record of both, then the retry's clock and the webhook's health. */
@Injectable()
export class Settlement {
  private readonly logger = new Logger('Attempt');

  constructor(
    private readonly recorder: AttemptRecorder,
    private readonly held: HeldRetries,
    private readonly alarms: RetryAlarms,
    private readonly health: WebhookHealth,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Resolves when the attempt is recorded.
   * @param mayHold whether its retry may wait in hand.
   */
  async settle(
    delivery: InHand,
    target: WebhookTarget | null,
    result: AttemptResult,
    mayHold: boolean,
  ): Promise<void> {
    // An attempt ends with its outcome; the body of the response was read after that.
    const endedAt = performance.now() - Math.max(0, Date.now() - result.startedAt - result.durationMs);
    const verdict = decide(target, delivery, result, Math.random());
    this.observe(delivery, target, result, verdict.status);
    const retryInHand = mayHold && verdict.status === 'RETRY' && this.held.hasRoomFor(verdict.retryInMs);
    const lease = await this.recorder.record({ delivery, result, verdict, retryInHand, endedAt });
    if (verdict.status !== 'RETRY') return;
    const inMs = verdict.retryInMs - (performance.now() - endedAt);
    if (lease) this.held.hold({ ...delivery, lease }, inMs);
    else this.alarms.set(inMs);
  }

  async drained(): Promise<void> {
    await Promise.all([this.recorder.drained(), this.held.drained()]);
  }

  private observe(
    delivery: InHand,
    target: WebhookTarget | null,
    result: AttemptResult,
    verdict: string,
  ): void {
    this.metrics.attempts.inc({ outcome: result.outcome });
    this.metrics.attemptDuration.observe(result.durationMs / 1_000);
    if (target && delivery.trigger !== 'test') this.health.note(target, result);
    this.logger.log({
      msg: 'attempt',
      deliveryId: delivery.id,
      eventId: delivery.event.id,
      webhookId: delivery.webhookId,
      accountId: delivery.accountId,
      number: delivery.number,
      trigger: delivery.trigger,
      outcome: result.outcome,
      statusCode: result.statusCode,
      errorCode: result.errorCode,
      durationMs: result.durationMs,
      verdict,
    });
  }
}
