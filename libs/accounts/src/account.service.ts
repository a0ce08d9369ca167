import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { ChangeFeed, fromUuid, Problem, toUuid } from '@app/platform';
import { Account, type AccountStatus } from './account.entity';
import { generateKey } from './api-key';
import { ApiKey } from './api-key.entity';
import { AuditTrail, type Actor } from './audit-trail';

/** Dispatchers look at webhooks alone, and read those again whose `updated_at` has changed. */
const MARK_WEBHOOKS = `
  update webhooks set is_suspended = ?, updated_at = now() where account_id = ? and deleted_at is null returning id`;

/** The accounts that the platform has told us of. */
@Injectable()
export class AccountService {
  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditTrail,
    private readonly changeFeed: ChangeFeed,
  ) {}

  /**
   * Creates an account with its first API key, both or neither.
   * @returns the account, and its key: this is the only moment at which the key's text is known.
   * @throws Problem conflict when another account has the same `externalId`.
   */
  async create(
    input: { name: string; externalId?: string | null },
    actor: Actor,
  ): Promise<{ account: Account; apiKey: ApiKey; plainKey: string }> {
    const account = new Account(input.name, input.externalId ?? null);
    const plainKey = generateKey();
    const apiKey = new ApiKey(account.id, plainKey, {
      name: 'First key',
      expiresAt: null,
      scopes: ['ADMIN'],
      createdByKeyId: null,
    });
    try {
      await this.em.transactional(async (em) => {
        await em.insert(Account, account);
        await em.insert(ApiKey, apiKey);
        await this.audit.record({
          accountId: account.id,
          actor,
          action: 'account.create',
          subject: account.id,
        });
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      // Who lost the answer of the first try learns by this what it was.
      const existing = await this.findByExternalId(account.externalId!);
      throw new Problem('conflict', `There is an account with this externalId already: ${existing?.id}.`);
    }
    return { account, apiKey, plainKey };
  }

  /**
   * Renames, suspends, or reactivates an account. A suspended one takes effect within a second in every process:
   * nothing is sent for it any more, and its keys and sessions are refused.
   * @throws Problem not_found
   */
  async update(
    accountId: string,
    input: { name?: string; status?: AccountStatus },
    actor: Actor,
  ): Promise<Account> {
    const touched: { id: string }[] = [];
    const account = await this.em.fork().transactional(async (em) => {
      const found = await em.findOne(Account, { id: accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!found) throw Problem.notFound('account');
      const fields = [
        ...(input.name !== undefined && input.name !== found.name ? ['name'] : []),
        ...(input.status !== undefined && input.status !== found.status ? ['status'] : []),
      ];
      if (fields.length === 0) return found;
      if (input.name !== undefined) found.name = input.name;
      if (input.status !== undefined) found.setStatus(input.status, new Date());
      await em.flush();
      const values = [found.status === 'SUSPENDED', toUuid(accountId)];
      if (fields.includes('status'))
        touched.push(...(await em.execute<{ id: string }[]>(MARK_WEBHOOKS, values, 'all')));
      await this.audit.record({
        accountId,
        actor,
        action: 'account.update',
        subject: accountId,
        details: { fields, status: found.status },
      });
      return found;
    });
    await this.changeFeed.announce('account', accountId);
    await this.changeFeed.announce('webhook', ...touched.map(({ id }) => fromUuid('whk', id)));
    return account;
  }

  async find(accountId: string): Promise<Account | null> {
    return this.em.fork().findOne(Account, { id: accountId });
  }

  async findByExternalId(externalId: string): Promise<Account | null> {
    return this.em.fork().findOne(Account, { externalId });
  }
}
