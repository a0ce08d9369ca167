import { Injectable } from '@nestjs/common';
import { SecretBox } from '@app/platform';
import { secretHint } from '@app/signing';
import { maskHeaders, withStoredValues, type CustomHeaders } from './custom-headers';
import { isSecretUrl, shownUrl, type WebhookType } from './webhook-type';
import type { SealedSecret, SealedUrl, Webhook } from './webhook.entity';

/** What customers entrust to a webhook, its secrets and header values: encrypted before it is stored, opened only to be used. */
@Injectable()
export class WebhookSecrets {
  constructor(private readonly box: SecretBox) {}

  seal(secret: string): SealedSecret {
    return { sealed: this.box.seal(secret), hint: secretHint(secret) };
  }

  /** Whether the webhook signs with this very secret now. */
  isPresent(webhook: Webhook, secret: string): boolean {
    return webhook.sealedSecret !== null && this.box.open(webhook.sealedSecret) === secret;
  }

  /** Setting the same secret again changes nothing. */
  setSecret(webhook: Webhook, secret: string | null): void {
    if (secret === null) webhook.useSecret(null);
    else if (!this.isPresent(webhook, secret)) webhook.useSecret(this.seal(secret));
  }

  sealUrl(type: WebhookType, url: string): SealedUrl {
    return { shown: shownUrl(type, url), sealed: isSecretUrl(type, url) ? this.box.seal(url) : null };
  }

  /** The whole URL, for comparing and sending only. */
  urlOf(webhook: Webhook): string {
    return webhook.sealedUrl === null ? webhook.url : this.box.open(webhook.sealedUrl);
  }

  /** With their values, for comparing only. */
  headers(webhook: Webhook): CustomHeaders {
    return webhook.sealedHeaders === null
      ? {}
      : (JSON.parse(this.box.open(webhook.sealedHeaders)) as CustomHeaders);
  }

  /** As answers and pages may show them. */
  maskedHeaders(webhook: Webhook): CustomHeaders {
    return maskHeaders(this.headers(webhook));
  }

  setHeaders(webhook: Webhook, headers: CustomHeaders): void {
    const text = Object.keys(headers).length === 0 ? null : JSON.stringify(headers);
    const present = webhook.sealedHeaders === null ? null : this.box.open(webhook.sealedHeaders);
    if (text !== present) webhook.sealedHeaders = text === null ? null : this.box.seal(text);
  }

  /** Fills in the stored values for those that came back masked. */
  restoreHeaders(webhook: Webhook, given: CustomHeaders): CustomHeaders {
    return withStoredValues(given, this.headers(webhook));
  }
}
