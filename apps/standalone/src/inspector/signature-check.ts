import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { checkSignature } from '@app/signing';
import { Webhook, WebhookSecrets } from '@app/webhooks';

/** Whether a request's signature of one scheme is right. */
export interface SchemeVerdict {
  scheme: 'X-Webhook-Signature' | 'webhook-signature';
  /** `none`: there is no such header; `unknown`: no webhook with a secret sends to this address. */
  verdict: 'right' | 'wrong' | 'none' | 'unknown';
  /** Why it is wrong; empty otherwise. */
  detail: string;
}

const SCHEMES: Record<SchemeVerdict['scheme'], string[]> = {
  'X-Webhook-Signature': ['x-webhook-signature', 'x-webhook-signature-previous'],
  'webhook-signature': ['webhook-signature', 'webhook-id', 'webhook-timestamp'],
};

/** Checks each scheme on its own, as a receiver that knows only the one would, with the secrets that are live now. */
@Injectable()
export class SignatureCheck {
  constructor(
    private readonly em: EntityManager,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** @param url where the request was sent to, as the webhook has it. */
  async check(
    url: string,
    body: Buffer,
    headers: Record<string, string | undefined>,
  ): Promise<SchemeVerdict[]> {
    const secrets = await this.liveSecrets(url);
    return (Object.keys(SCHEMES) as SchemeVerdict['scheme'][]).map((scheme) => {
      if (headers[scheme.toLowerCase()] === undefined) return { scheme, verdict: 'none', detail: '' };
      if (secrets.length === 0) return { scheme, verdict: 'unknown', detail: '' };
      const own = Object.fromEntries(SCHEMES[scheme].map((name) => [name, headers[name]]));
      const result = checkSignature(body, own, secrets, { requireTimestamp: false });
      return result.valid
        ? { scheme, verdict: 'right', detail: '' }
        : { scheme, verdict: 'wrong', detail: result.message };
    });
  }

  private async liveSecrets(url: string): Promise<string[]> {
    const webhooks = await this.em.fork().find(Webhook, { url, deletedAt: null });
    return webhooks.flatMap((webhook) => this.secrets.live(webhook));
  }
}
