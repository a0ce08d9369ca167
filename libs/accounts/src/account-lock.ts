import type { EntityManager } from '@mikro-orm/postgresql';
import { toUuid } from '@app/platform';

/**
 * Makes transactions of one account wait for each other, until the end of this one: what is counted after it can't be
 * exceeded by another that counts at the same moment. New rows that reference the account are not held up.
 */
export async function lockAccount(em: EntityManager, accountId: string): Promise<void> {
  await em.execute('select 1 from accounts where id = ? for no key update', [toUuid(accountId)], 'all');
}
