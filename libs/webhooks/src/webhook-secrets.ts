import { Injectable } from '@nestjs/common';
import { SecretBox, toUuid, type SealedPlace } from '@app/platform';
import { secretHint } from '@app/signing';
import { maskHeaders, withStoredValues, type CustomHeaders } from './custom-headers';
import type { WebhookAuth } from './auth/webhook-auth';
import { shownAuth, type ShownAuth } from './auth/shown-auth';
import { isSecretUrl, shownUrl, type WebhookType } from './webhook-type';
import type { SealedSecret, SealedUrl, Webhook } from './webhook.entity';

type SealedColumn = 'sealed_url' | 'sealed_secrets' | 'sealed_headers' | 'sealed_auth';

/** Where a secret of a webhook is stored; it is sealed for this place. */
export function webhookPlace(webhookId: string, column: SealedColumn): SealedPlace {
  return { table: 'webhooks', column, key: [toUuid(webhookId)] };
}

/** What customers entrust to a webhook, its secrets and header values: encrypted before it is stored, opened only to be used. */
@Injectable()
export class WebhookSecrets {
  constructor(private readonly box: SecretBox) {}

  /** The secrets that sign at a time, newest first. */
  live(webhook: Webhook, now = new Date()): string[] {
    return webhook.liveSecrets(now).map(({ sealed }) => this.open(webhook, 'sealed_secrets', sealed));
  }

  /** Whether this is the newest secret of the webhook. */
  isPresent(webhook: Webhook, secret: string): boolean {
    const [newest] = webhook.sealedSecrets;
    return newest !== undefined && this.open(webhook, 'sealed_secrets', newest.sealed) === secret;
  }

  /** Replaces the newest secret at once. Setting the same secret again changes nothing. */
  setSecret(webhook: Webhook, secret: string | null): void {
    if (secret === null) webhook.useSecret(null);
    else if (!this.isPresent(webhook, secret)) this.rotate(webhook, secret, null);
  }

  /** What may be shown of a URL, and all of it encrypted if it is a secret. */
  sealUrl(webhookId: string, type: WebhookType, url: string): SealedUrl {
    const sealed = isSecretUrl(type, url) ? this.box.seal(url, webhookPlace(webhookId, 'sealed_url')) : null;
    return { shown: shownUrl(type, url), sealed };
  }

  /** The whole URL, for comparing and sending only. */
  urlOf(webhook: Webhook): string {
    return webhook.sealedUrl === null ? webhook.url : this.open(webhook, 'sealed_url', webhook.sealedUrl);
  }

  /** Puts a new secret first; the present one signs as well until the given time. */
  rotate(webhook: Webhook, secret: string, presentLiveUntil: Date | null): void {
    // Back to a secret that is still live: from now on it is the newest, and has no end.
    webhook.sealedSecrets = webhook.sealedSecrets.filter(
      ({ sealed }, index) => index === 0 || this.open(webhook, 'sealed_secrets', sealed) !== secret,
    );
    webhook.useSecret(this.seal(webhook, secret), presentLiveUntil);
  }

  /** As responses and pages may show them. */
  maskedHeaders(webhook: Webhook): CustomHeaders {
    return maskHeaders(this.headers(webhook));
  }

  setHeaders(webhook: Webhook, headers: CustomHeaders): void {
    const text = Object.keys(headers).length === 0 ? null : JSON.stringify(headers);
    const present =
      webhook.sealedHeaders === null ? null : this.open(webhook, 'sealed_headers', webhook.sealedHeaders);
    if (text === present) return;
    webhook.sealedHeaders =
      text === null ? null : this.box.seal(text, webhookPlace(webhook.id, 'sealed_headers'));
  }

  /** Fills in the stored values for those that came back masked. */
  restoreHeaders(webhook: Webhook, given: CustomHeaders): CustomHeaders {
    return withStoredValues(given, this.headers(webhook));
  }

  /** With their values, for comparing only. */
  headers(webhook: Webhook): CustomHeaders {
    return webhook.sealedHeaders === null
      ? {}
      : (JSON.parse(this.open(webhook, 'sealed_headers', webhook.sealedHeaders)) as CustomHeaders);
  }

  setAuth(webhook: Webhook, auth: WebhookAuth | null): void {
    webhook.sealedAuth =
      auth === null ? null : this.box.seal(JSON.stringify(auth), webhookPlace(webhook.id, 'sealed_auth'));
  }

  /** With its credentials, for comparing only. */
  auth(webhook: Webhook): WebhookAuth | null {
    return webhook.sealedAuth === null
      ? null
      : (JSON.parse(this.open(webhook, 'sealed_auth', webhook.sealedAuth)) as WebhookAuth);
  }

  /** As responses and pages may show it. */
  shownAuth(webhook: Webhook): ShownAuth | null {
    const auth = this.auth(webhook);
    return auth && shownAuth(auth);
  }

  private seal(webhook: Webhook, secret: string): SealedSecret {
    const sealed = this.box.seal(secret, webhookPlace(webhook.id, 'sealed_secrets'));
    return { sealed, hint: secretHint(secret) };
  }

  private open(webhook: Webhook, column: SealedColumn, sealed: string): string {
    return this.box.open(sealed, webhookPlace(webhook.id, column));
  }
}
