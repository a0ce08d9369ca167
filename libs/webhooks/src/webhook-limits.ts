import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { lockAccount } from '@app/accounts';
import { Config, Problem, toUuid } from '@app/platform';
import type { Webhook } from './webhook.entity';

/** More webhooks with one URL would only multiply what that server gets. */
export const MAX_WEBHOOKS_PER_URL = 10;

/** Rows that were last saved before `url_key` existed are compared as they are written. */
const COUNT_SAME_URL = `
  select count(*)::int as count from webhooks
  where account_id = ? and deleted_at is null and id <> ? and (url_key = ? or (url_key is null and url = ?))`;
const COUNT_ALL = 'select count(*)::int as count from webhooks where account_id = ? and deleted_at is null';

/**
 * How many webhooks an account may have, in all and with one URL. Both are counted behind a lock of the account that
 * lasts until the end of the transaction, so that requests at the same moment can't exceed them together.
 */
@Injectable()
export class WebhookLimits {
  constructor(private readonly config: Config) {}

  /** @throws Problem limit_reached when the account has as many webhooks as it may. */
  async requireRoom(em: EntityManager, accountId: string): Promise<void> {
    await lockAccount(em, accountId);
    const max = this.config.MAX_WEBHOOKS_PER_ACCOUNT;
    if ((await countOf(em, COUNT_ALL, [toUuid(accountId)])) < max) return;
    throw new Problem(
      'limit_reached',
      `An account may have ${max} webhooks. Delete one that is no longer used.`,
    );
  }

  /**
   * @param webhook as it is about to be saved.
   * @throws Problem limit_reached when as many other webhooks of the account as may have this URL.
   */
  async requireRoomAt(em: EntityManager, { accountId, id, url, urlKey }: Webhook): Promise<void> {
    await lockAccount(em, accountId);
    const values = [toUuid(accountId), toUuid(id), urlKey, url];
    if ((await countOf(em, COUNT_SAME_URL, values)) < MAX_WEBHOOKS_PER_URL) return;
    throw new Problem('limit_reached', `At most ${MAX_WEBHOOKS_PER_URL} webhooks may have the same URL.`, {
      errors: [{ path: 'url', message: `is the URL of ${MAX_WEBHOOKS_PER_URL} webhooks already` }],
    });
  }
}

async function countOf(em: EntityManager, text: string, values: unknown[]): Promise<number> {
  const [{ count }] = await em.execute<{ count: number }[]>(text, values, 'all');
  return count;
}
