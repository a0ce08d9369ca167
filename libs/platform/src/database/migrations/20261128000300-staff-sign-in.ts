import { Migration } from '@mikro-orm/migrations';

/** Signing in to the backoffice: sessions that can be listed and ended, and recovery codes for two-factor sign-in. */
export class StaffSignIn20261128000300 extends Migration {
  override up(): void {
    this.addSql(`
      create table staff_sessions (
        id uuid primary key,
        staff_id uuid not null references staff_users on delete cascade,
        created_at timestamptz(3) not null default now(),
        last_seen_at timestamptz(3) not null default now(),
        ended_at timestamptz(3),
        address text not null,
        user_agent text not null
      )`);
    this.addSql(`create index staff_sessions_staff on staff_sessions (staff_id, id)`);
    this.addSql(`
      create table staff_recovery_codes (
        staff_id uuid not null references staff_users on delete cascade,
        code_hash bytea not null,
        used_at timestamptz(3),
        primary key (staff_id, code_hash)
      )`);
    this.addSql(
      `comment on column staff_users.sessions_valid_from is 'not used any more: see staff_sessions'`,
    );
  }

  override down(): void {
    this.addSql('drop table staff_recovery_codes, staff_sessions');
  }
}
