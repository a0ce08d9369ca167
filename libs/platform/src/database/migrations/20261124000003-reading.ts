import { Migration } from '@mikro-orm/migrations';

/** What reading needs beyond the tables of the hot path: replays and their progress, and counts of attempts by the hour. */
export class Reading20261124000003 extends Migration {
  override up(): void {
    this.addSql(`
      create table replays (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        webhook_id uuid not null references webhooks on delete cascade,
        which text not null check (which in ('failed', 'missed', 'all')),
        since timestamptz(3) not null,
        until timestamptz(3) not null,
        until_given boolean not null,
        status text not null default 'RUNNING' check (status in ('RUNNING', 'DONE', 'CANCELLED')),
        end_reason text,
        count int not null default 0,
        queued int not null default 0,
        phase text not null check (phase in ('count-deliveries', 'count-missed', 'deliveries', 'missed')),
        after_id uuid,
        next_batch_at timestamptz(3) not null default now(),
        created_at timestamptz(3) not null default now(),
        finished_at timestamptz(3)
      )`);
    this.addSql(
      `comment on column replays.after_id is 'the delivery (in the phases about missed ones: the event) that the step before ended with'`,
    );
    // At most one under way for a webhook: who asks twice gets the same one, and nothing is sent twice for it.
    this.addSql(`create unique index replays_under_way on replays (webhook_id) where finished_at is null`);
    this.addSql(`create index replays_webhook on replays (webhook_id, id)`);
    this.addSql(`create index replays_next on replays (next_batch_at) where finished_at is null`);

    // The key begins with the hour: counting writes to one end of the index, and old hours are dropped from the other.
    this.addSql(`
      create table attempt_hours (
        hour timestamptz(0) not null,
        webhook_id uuid not null,
        outcome text not null,
        duration_bucket smallint not null,
        attempts int not null,
        primary key (hour, webhook_id, outcome, duration_bucket)
      ) with (fillfactor = 70)`);
    this.addSql(
      `comment on column attempt_hours.duration_bucket is 'see libs/delivery/src/reading/response-times.ts'`,
    );
    this.addSql(`
      create table attempt_hours_progress (
        only_row boolean primary key default true check (only_row),
        counted_until timestamptz(3),
        settled_until timestamptz(3)
      )`);
    this.addSql(`insert into attempt_hours_progress default values`);
    // Holds nothing of an ordinary event, so accepting one costs no more.
    this.addSql(`create index events_expunged on events (expunged_at) where expunged_at is not null`);
    // Without it the newest blocks, which are what is asked for, are not in the index until the next vacuum.
    this.addSql(`alter index attempts_started set (autosummarize = on)`);
  }

  override down(): void {
    this.addSql('alter index attempts_started reset (autosummarize)');
    this.addSql('drop index events_expunged');
    this.addSql('drop table attempt_hours_progress, attempt_hours, replays');
  }
}
