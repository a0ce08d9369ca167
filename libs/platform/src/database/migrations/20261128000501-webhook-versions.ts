import { Migration } from '@mikro-orm/migrations';

/**
 * A version for each state of a webhook's settings, and the transaction that wrote it. Dispatchers compare versions and
 * transactions to see which settings are newer, and never the clocks of two machines. What the engine itself notes about
 * an endpoint (that it fails, its circuit) is not a setting: it leaves `version`, `updated_at`, and `status` alone.
 */
export class WebhookVersions20261128000501 extends Migration {
  override up(): void {
    this.addSql(
      `alter table webhooks add column settings_version int not null default 1, add column changed_in xid8 not null default '0'`,
    );
    this.addSql(
      `comment on column webhooks.settings_version is 'grows by one with each change of the settings, in the order of their commits'`,
    );
    this.addSql(
      `comment on column webhooks.changed_in is 'the transaction of the last change: what was committed since a snapshot has an id of its xmin or above'`,
    );
    this.addSql(`create index webhooks_changed_in on webhooks (changed_in)`);
    this.addSql(`
      create function version_webhook_settings() returns trigger language plpgsql as $$
      begin
        new.settings_version := old.settings_version + 1;
        new.changed_in := pg_current_xact_id();
        return new;
      end $$`);
    this.addSql(`
      create trigger webhooks_version before update on webhooks for each row
      when (new.version <> old.version or new.updated_at <> old.updated_at or new.status <> old.status
            or new.deleted_at is distinct from old.deleted_at)
      execute function version_webhook_settings()`);
    // Nothing looks for changes by the time of a machine any longer.
    this.addSql('drop index webhooks_changed');
  }

  override down(): void {
    this.addSql('create index webhooks_changed on webhooks (updated_at)');
    this.addSql('drop trigger webhooks_version on webhooks');
    this.addSql('drop function version_webhook_settings');
    this.addSql('alter table webhooks drop column settings_version, drop column changed_in');
  }
}
