import { Injectable } from '@nestjs/common';
import { type WebhookHealth, WebhookHealthReader } from '@app/delivery';
import { cursorAfter, type Page, toPage } from '@app/platform';
import { type Webhook, WebhookSecrets, WebhookService } from '@app/webhooks';
import { toWebhookView, type WebhookView } from './webhook.view';

/** Webhooks that are checked at a time for their health, and how often for one page. */
const CHECKED_AT_ONCE = 200;
const CHECKS_PER_PAGE = 10;

/** Shows webhooks with their health, which is derived from their newest deliveries. */
@Injectable()
export class WebhookLister {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly secrets: WebhookSecrets,
    private readonly health: WebhookHealthReader,
  ) {}

  /** A page may be shorter than the limit and still have a next one: at most 2,000 webhooks are checked for one page. */
  async list(
    accountId: string,
    query: { limit: number; cursor?: string; q?: string; health?: WebhookHealth },
  ): Promise<Page<WebhookView>> {
    const { limit, q, health } = query;
    if (health === undefined) {
      const webhooks = await this.webhooks.list(accountId, query, q);
      return toPage(await this.views(accountId, webhooks), limit, (view) => view);
    }
    const found: WebhookView[] = [];
    let { cursor } = query;
    for (let check = 0; check < CHECKS_PER_PAGE; check++) {
      const webhooks = await this.webhooks.list(accountId, { limit: CHECKED_AT_ONCE - 1, cursor }, q);
      found.push(...(await this.views(accountId, webhooks)).filter((view) => view.health === health));
      if (found.length > limit || webhooks.length < CHECKED_AT_ONCE)
        return toPage(found, limit, (view) => view);
      cursor = cursorAfter(webhooks.at(-1)!.id);
    }
    return { data: found, nextCursor: cursor ?? null };
  }

  async views(accountId: string, webhooks: readonly Webhook[]): Promise<WebhookView[]> {
    const healths = await this.health.of(accountId, webhooks.map(({ id }) => id)); // prettier-ignore
    return webhooks.map((webhook) =>
      toWebhookView(webhook, {
        health: healths.get(webhook.id) ?? 'UNKNOWN',
        headers: this.secrets.maskedHeaders(webhook),
        auth: this.secrets.shownAuth(webhook),
      }),
    );
  }
}
