import { Migration } from '@mikro-orm/migrations';

/** How requests of a webhook authenticate, sealed. Only a catalog change. */
export class WebhookAuth20261128000900 extends Migration {
  override up(): void {
    this.addSql(`set local lock_timeout = '2s'`);
    this.addSql('alter table webhooks add column sealed_auth text');
    this.addSql(
      `comment on column webhooks.sealed_auth is 'JSON: the type of authentication, and its credentials'`,
    );
  }

  override down(): void {
    this.addSql('alter table webhooks drop column sealed_auth');
  }
}
