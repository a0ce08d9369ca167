import { Migration } from '@mikro-orm/migrations';

/** Scopes and descent of API keys, sessions that can be listed, suspended accounts, and limits that PostgreSQL counts. */
export class Access20261128000201 extends Migration {
  override up(): void {
    this.addSql(`
      alter table accounts
        add column status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
        add column status_changed_at timestamptz(3)`);
    this.addSql(
      `create index accounts_status_changed on accounts (status_changed_at) where status_changed_at is not null`,
    );

    // Keys from before scopes could do everything, and still can.
    this.addSql(`
      alter table api_keys
        add column scopes text[] not null default '{ADMIN}'
          check (cardinality(scopes) > 0 and scopes <@ '{READ,MANAGE,ADMIN}'),
        add column created_by_key_id uuid references api_keys on delete cascade`);
    this.addSql(
      `comment on column api_keys.created_by_key_id is 'the key that created it, directly or through a session; revoked together with it'`,
    );
    this.addSql(
      `create index api_keys_created_by on api_keys (created_by_key_id) where created_by_key_id is not null`,
    );

    const actor = `add column actor_id text, add column actor_name text, add column actor_email text`;
    this.addSql(`alter table dashboard_links ${actor}`);
    this.addSql(
      `alter table dashboard_sessions ${actor}, add column user_agent text, add column last_used_at timestamptz(3)`,
    );
    this.addSql(
      `create index dashboard_sessions_account on dashboard_sessions (account_id, id) where revoked_at is null`,
    );
    this.addSql(
      `create index dashboard_sessions_key on dashboard_sessions (key_id) where key_id is not null and revoked_at is null`,
    );

    this.addSql(`alter table audit_entries add column actor_name text, add column credential_id text`);
    this.addSql(
      `comment on column audit_entries.credential_id is 'the key or session that was used, where the actor is a person'`,
    );

    // Few rows, each only as old as its window: cleared hourly.
    this.addSql(`
      create table action_limits (
        key text primary key,
        hits timestamptz(3)[] not null,
        expires_at timestamptz(3) not null
      )`);
    this.addSql(`create index action_limits_expires on action_limits (expires_at)`);

    this.addSql(`alter table webhooks add column url_key bytea`);
    this.addSql(
      `comment on column webhooks.url_key is 'SHA-256 of the normalized URL, to count webhooks with the same one; null if last saved before it was added'`,
    );
    this.addSql(`create index webhooks_url_key on webhooks (account_id, url_key) where deleted_at is null`);
  }

  override down(): void {
    this.addSql('alter table webhooks drop column url_key');
    this.addSql('drop table action_limits');
    this.addSql('alter table audit_entries drop column actor_name, drop column credential_id');
    this.addSql('drop index dashboard_sessions_key, dashboard_sessions_account');
    const actor = 'drop column actor_id, drop column actor_name, drop column actor_email';
    this.addSql(`alter table dashboard_sessions ${actor}, drop column user_agent, drop column last_used_at`);
    this.addSql(`alter table dashboard_links ${actor}`);
    this.addSql('alter table api_keys drop column scopes, drop column created_by_key_id');
    this.addSql('alter table accounts drop column status, drop column status_changed_at');
  }
}
