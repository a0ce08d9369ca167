import { Migration } from '@mikro-orm/migrations';

/** What a webhook's URL belongs to, its secret form, and its filter. Only catalog changes: no table is rewritten or scanned for long. */
export class Destinations20261128000801 extends Migration {
  override up(): void {
    this.addSql(`set local lock_timeout = '2s'`);
    this.addSql(`
      alter table webhooks
        add column type text not null default 'HTTP' check (type in ('HTTP', 'SLACK', 'DISCORD', 'TEAMS', 'EMAIL', 'CUSTOM')),
        add column sealed_url text,
        add column filter jsonb,
        add column sealed_mail_key text,
        add column mail_confirmed_at timestamptz(3),
        drop constraint webhooks_format_check`);
    this.addSql(
      `comment on column webhooks.sealed_url is 'the whole URL where it is a secret; then url holds what may be shown of it'`,
    );
    this.addSql(
      `comment on column webhooks.format is 'the formatter of its deliveries: what the customer chose, or the name of the type'`,
    );
    this.addSql(
      `comment on column webhooks.sealed_mail_key is 'key of the links in its emails; a new address has a new key'`,
    );
    // Every process must see a new webhook as it sees a changed one: it may have a filter.
    this.addSql(`
      create function mark_new_webhook() returns trigger language plpgsql as $$
      begin
        new.changed_in := pg_current_xact_id();
        return new;
      end $$`);
    this.addSql(
      `create trigger webhooks_created before insert on webhooks for each row execute function mark_new_webhook()`,
    );
    this.addSql(`
      create index webhooks_filtered on webhooks (account_id) where filter is not null and deleted_at is null`);
    this.addSql(`alter table events add column skipped bytea`);
    this.addSql(
      `comment on column events.skipped is 'the webhooks that got no delivery when the event was committed, 17 bytes each: the reason, and the id of the webhook'`,
    );
  }

  override down(): void {
    this.addSql('alter table events drop column skipped');
    this.addSql('drop index webhooks_filtered');
    this.addSql('drop trigger webhooks_created on webhooks');
    this.addSql('drop function mark_new_webhook');
    this.addSql(`delete from webhooks where type <> 'HTTP'`);
    this.addSql(`
      alter table webhooks
        drop column type, drop column sealed_url, drop column filter, drop column sealed_mail_key, drop column mail_confirmed_at,
        add constraint webhooks_format_check check (format in ('DEFAULT', 'ZAPIER'))`);
  }
}
