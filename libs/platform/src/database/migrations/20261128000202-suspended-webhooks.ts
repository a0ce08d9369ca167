import { Migration } from '@mikro-orm/migrations';

/** What dispatchers read of a webhook tells them that its account is suspended, without a look at the account. */
export class SuspendedWebhooks20261128000202 extends Migration {
  override up(): void {
    this.addSql(`alter table webhooks add column is_suspended boolean not null default false`);
    this.addSql(
      `comment on column webhooks.is_suspended is 'whether its account is SUSPENDED; written in the transaction that changes that'`,
    );
  }

  override down(): void {
    this.addSql('alter table webhooks drop column is_suspended');
  }
}
