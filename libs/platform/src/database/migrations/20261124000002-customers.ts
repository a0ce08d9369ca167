import { Migration } from '@mikro-orm/migrations';

/** What customers do by themselves: the trail of changes, dashboard sessions, answers kept for Idempotency-Key. */
export class Customers20261124000002 extends Migration {
  override up(): void {
    this.addSql(`
      create table audit_entries (
        id uuid primary key,
        created_at timestamptz(3) not null,
        account_id uuid,
        actor_kind text not null,
        actor_id text not null,
        action text not null,
        subject text not null,
        reason text,
        details jsonb
      )`);
    this.addSql(`create index audit_entries_account on audit_entries (account_id, id)`);
    this.addSql(`create index audit_entries_subject on audit_entries (subject, id)`);

    // One-time links into the dashboard, and the sessions they open. Only hashes of their tokens are kept.
    this.addSql(`
      create table dashboard_links (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        hash bytea not null unique,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        used_at timestamptz(3)
      )`);
    this.addSql(`create index dashboard_links_expires on dashboard_links (expires_at)`);
    this.addSql(`
      create table dashboard_sessions (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        key_id uuid references api_keys on delete cascade,
        hash bytea not null unique,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        revoked_at timestamptz(3)
      )`);
    this.addSql(
      `comment on column dashboard_sessions.key_id is 'the key that opened it; when that is revoked, so is the session'`,
    );
    this.addSql(`create index dashboard_sessions_expires on dashboard_sessions (expires_at)`);

    this.addSql(`
      create table idempotent_answers (
        account_id uuid not null references accounts on delete cascade,
        key text not null,
        fingerprint bytea not null,
        created_at timestamptz(3) not null default now(),
        status_code int,
        sealed_body text,
        headers jsonb,
        primary key (account_id, key)
      )`);
    this.addSql(
      `comment on column idempotent_answers.status_code is 'null while the first request is under way'`,
    );
    this.addSql(`create index idempotent_answers_created on idempotent_answers (created_at)`);
  }

  override down(): void {
    this.addSql('drop table idempotent_answers, dashboard_sessions, dashboard_links, audit_entries');
  }
}
