import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Problem } from '@app/platform';
import { Account } from './account.entity';
import { generateKey } from './api-key';
import { ApiKey } from './api-key.entity';
import { AuditTrail, type Actor } from './audit-trail';

/** The accounts that the platform has told us of. */
@Injectable()
export class AccountService {
  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditTrail,
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
    const apiKey = new ApiKey(account.id, 'First key', plainKey, null);
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

  async find(accountId: string): Promise<Account | null> {
    return this.em.fork().findOne(Account, { id: accountId });
  }

  async findByExternalId(externalId: string): Promise<Account | null> {
    return this.em.fork().findOne(Account, { externalId });
  }
}
