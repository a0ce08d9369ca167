import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import {
  customVersion,
  FormatterRegistry,
  TemplateError,
  type FormatName,
  type Formatter,
  type RenderableEvent,
} from '@app/formatting';
import { SigningService } from '@app/signing';
import { WebhookDisabler, type WebhookTarget } from '@app/webhooks';
import type { AttemptResult } from '../attempt';
import { CustomBodies } from '../custom/custom-bodies';
import { templateFailed } from './not-sent';
import { concealedTestResult, RECORDED_AFTER_MS } from './conceal-test-result';
import type { RequestFacts } from './request-headers';
import { isDecidedByStatus, meaningOf } from './response-meaning';
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
    /** What templates are rendered over; null as well. */
    renderable(): RenderableEvent | null;
  };
}

/** Makes one attempt of a delivery: renders its body, signs it, and sends it. */
@Injectable()
export class DeliverySender {
  private readonly logger = new Logger('DeliverySender');

  constructor(
    private readonly formatters: FormatterRegistry,
    private readonly signing: SigningService,
    private readonly http: WebhookSender,
    private readonly disabler: WebhookDisabler,
    private readonly custom: CustomBodies,
  ) {}

  /**
   * @param onDecided called once, as soon as the status decides the attempt; the body of the response may follow.
   * @returns what came of it, or null when there is nothing to send.
   */
  async send(
    delivery: SendableDelivery,
    target: WebhookTarget,
    onDecided?: (result: AttemptResult) => void,
  ): Promise<AttemptResult | null> {
    const { format, event } = delivery;
    if (target.isSuspended) return null;
    const version = customVersion(format);
    if (version !== null) return this.sendCustom(delivery, version, target, onDecided);
    const body = event.body(this.formatters.get(format));
    if (body === null) return null;
    return this.sendBody(delivery, target, { body }, onDecided);
  }

  private async sendCustom(
    delivery: SendableDelivery,
    version: number,
    target: WebhookTarget,
    onDecided?: (result: AttemptResult) => void,
  ): Promise<AttemptResult | null> {
    const event = delivery.event.renderable();
    if (event === null) return null;
    try {
      const versioned = { id: delivery.id, webhookId: target.id, version };
      const { method, headers, body } = await this.custom.renderToSend(
        versioned,
        target.requestVersion,
        event,
      );
      return await this.sendBody(delivery, target, { body, custom: { method, headers } }, onDecided);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return templateFailed(target, error, Date.now());
    }
  }

  private async sendBody(
    { id, number, event }: SendableDelivery,
    target: WebhookTarget,
    { body, custom }: Pick<RequestFacts, 'body' | 'custom'>,
    onDecided?: (result: AttemptResult) => void,
  ): Promise<AttemptResult> {
    const now = Date.now();
    const timestamp = Math.floor(now / 1_000);
    const facts: RequestFacts = {
      target,
      body,
      eventId: event.id,
      eventType: event.type,
      deliveryId: id,
      attemptNumber: number,
      timestamp,
      test: event.test,
      signatures: this.signing.sign(target.liveSecretsAt(now), body, event.id, timestamp),
      authorization: target.authorization,
      custom,
    };
    let isDisabled = event.test; // a test only shows what the response means
    const interpret = (raw: AttemptResult): AttemptResult => {
      const result = interpreted(raw, target);
      if (result.ended && !isDisabled) this.disable(target, result.errorText ?? '');
      isDisabled ||= result.ended === true;
      return result;
    };
    // Where the body decides, the endpoint is busy until it has been read.
    const early = onDecided && isDecidedByStatus(target.type) ? onDecided : null;
    const send = this.attempt(facts, early ? (raw) => early(interpret(raw)) : undefined);
    return interpret(await send);
  }

  private async attempt(
    facts: RequestFacts,
    onDecided?: (result: AttemptResult) => void,
  ): Promise<AttemptResult> {
    const result = await this.http.send(facts, onDecided);
    const concealed = facts.test ? concealedTestResult(result) : null;
    if (concealed === null) return result;
    const { outcome, errorCode, startedAt } = result;
    this.logger.log({ deliveryId: facts.deliveryId, outcome, errorCode, msg: 'A test got no response' });
    await sleep(Math.max(0, startedAt + RECORDED_AFTER_MS - Date.now()));
    return concealed;
  }

  /** The attempt is recorded whether or not this succeeds: the next attempt gets the same response, and disables it then. */
  private disable(target: WebhookTarget, reason: string): void {
    this.disabler.disable(target, reason).catch((error: unknown) => {
      this.logger.warn({ err: error, webhookId: target.id, msg: 'A webhook could not be disabled' });
    });
  }
}

/** Applies what the response means for this type of webhook. */
function interpreted(result: AttemptResult, target: WebhookTarget): AttemptResult {
  const { statusCode, responseHeaders, responseBody } = result;
  if (statusCode === null) return result;
  const response = { statusCode, headers: responseHeaders, body: responseBody };
  const meaning = meaningOf(target.type, response, result.startedAt + result.durationMs);
  switch (meaning.kind) {
    case 'DONE':
      return result;
    case 'RETRY':
      return { ...result, retryAfterMs: null };
    case 'HELD':
      return { ...result, ...throttled(result), retryAfterMs: meaning.forMs };
    case 'ENDED':
      return { ...result, errorText: meaning.reason, retryAfterMs: null, ended: true };
  }
}

/** A response that looks like a success, and says inside that the message was not taken. */
function throttled(result: AttemptResult): Partial<AttemptResult> {
  if (result.outcome !== 'DELIVERED') return {};
  return {
    outcome: 'HTTP_ERROR',
    errorCode: 'THROTTLED',
    errorText: 'The service accepted the request, but has throttled the message.',
  };
}
