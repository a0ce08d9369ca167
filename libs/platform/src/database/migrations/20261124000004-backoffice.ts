import { Migration } from '@mikro-orm/migrations';

/** The backoffice: who may sign in, how its start page draws charts, how it finds a call by a phone number. */
export class Backoffice20261124000004 extends Migration {
  override up(): void {
    this.addSql(`
      create table staff_users (
        id uuid primary key,
        email text not null unique check (email = lower(email)),
        name text not null,
        role text not null check (role in ('VIEWER', 'SUPPORT', 'ADMIN')),
        password_hash text not null,
        must_change_password boolean not null default true,
        sealed_totp_secret text,
        totp_last_step bigint,
        sessions_valid_from timestamptz(3) not null default now(),
        created_at timestamptz(3) not null default now(),
        last_sign_in_at timestamptz(3),
        disabled_at timestamptz(3)
      )`);
    this.addSql(
      `comment on column staff_users.totp_last_step is 'the newest one-time code that was used: none works twice'`,
    );
    this.addSql(`comment on column staff_users.sessions_valid_from is 'sessions from before it have ended'`);

    // One row a minute, so that a week's chart reads 10,080 rows instead of every attempt of the week.
    this.addSql(`
      create table backoffice_minutes (
        minute timestamptz(0) primary key,
        attempts int not null,
        delivered int not null,
        duration_histogram int[] not null,
        waiting int,
        oldest_waiting_ms bigint
      )`);
    this.addSql(
      `comment on column backoffice_minutes.waiting is 'deliveries waiting at the end of the minute; null where nobody looked'`,
    );

    // A phone number is kept as a keyed hash of its last digits only, and goes with the payload when that is expunged.
    this.addSql(`
      create table event_phones (
        event_id uuid not null,
        number_hash bigint not null,
        primary key (event_id, number_hash)
      )`);
    this.addSql(`create index event_phones_number on event_phones (number_hash, event_id)`);
    this.addSql(`
      create table event_phones_progress (
        only_row boolean primary key default true check (only_row),
        indexed_to uuid not null
      )`);
    this.addSql(
      `insert into event_phones_progress (indexed_to) values ('00000000-0000-7000-8000-000000000000')`,
    );
    this.addSql(`
      create function forget_event_phones() returns trigger language plpgsql as $$
      begin
        delete from event_phones where event_id = new.id;
        return null;
      end $$`);
    this.addSql(`
      create trigger events_forget_phones after update of expunged_at on events
      for each row when (new.expunged_at is not null) execute function forget_event_phones()`);

    // Lists over all accounts. Same conditions as the indexes by account: an ordinary success still touches none of them.
    this.addSql(`create index deliveries_all_failed on deliveries (id) where failed_at is not null`);
    this.addSql(
      `create index deliveries_all_waiting on deliveries (id) where due_at is not null or parked_at is not null`,
    );
    // The newest pages are summarised while they fill, or a look at the last minute would read all since the last vacuum.
    this.addSql(`alter index attempts_started set (autosummarize = on)`);
  }

  override down(): void {
    this.addSql('drop index deliveries_all_waiting, deliveries_all_failed');
    this.addSql('drop trigger events_forget_phones on events');
    this.addSql('drop function forget_event_phones');
    this.addSql('drop table event_phones_progress, event_phones, backoffice_minutes, staff_users');
  }
}
