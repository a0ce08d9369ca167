import { Migration } from '@mikro-orm/migrations';

/**
 * The main job: accounts, API keys, webhooks; events, deliveries, attempts.
 *
 * `events`, `deliveries` and `attempts` take thousands of rows a second, so they have no foreign keys (their rows are
 * made by joins that guarantee them), few indexes, and none on a column that an ordinary first-time success changes:
 * that update then stays within its page (HOT). docs/decisions/0003-tables-of-the-hot-path.md tells more.
 */
export class MainJob20261124000001 extends Migration {
  override up(): void {
    // PostgreSQL 18 has its own; before that, random bits below the milliseconds (RFC 9562).
    this.addSql(`
      do $do$ begin
        if to_regproc('pg_catalog.uuidv7') is not null then
          create function uuid_generate_v7() returns uuid language sql volatile as 'select uuidv7()';
        else
          create function uuid_generate_v7() returns uuid language sql volatile as $$
            select encode(
              set_bit(set_bit(
                overlay(uuid_send(gen_random_uuid()) placing
                  substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
                52, 1), 53, 1), 'hex')::uuid
          $$;
        end if;
      end $do$`);

    this.addSql(`
      create table accounts (
        id uuid primary key,
        name text not null,
        external_id text unique,
        created_at timestamptz(3) not null default now()
      )`);

    this.addSql(`
      create table api_keys (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        name text not null,
        hint text not null,
        hash bytea not null unique,
        created_at timestamptz(3) not null default now(),
        last_used_at timestamptz(3),
        expires_at timestamptz(3),
        revoked_at timestamptz(3)
      )`);
    this.addSql(`create index api_keys_account on api_keys (account_id, id)`);

    this.addSql(`
      create table webhooks (
        id uuid primary key,
        account_id uuid not null references accounts on delete cascade,
        name text not null,
        url text not null,
        events text[] not null,
        format text not null check (format in ('DEFAULT', 'ZAPIER')),
        status text not null check (status in ('ACTIVE', 'PAUSED', 'DISABLED')),
        disabled_reason text,
        sealed_secret text,
        secret_hint text,
        sealed_previous_secret text,
        previous_secret_expires_at timestamptz(3),
        sealed_headers text,
        retry_policy text not null check (retry_policy in ('STANDARD', 'EXTENDED')),
        max_concurrency int check (max_concurrency > 0),
        rate_limit_per_second int check (rate_limit_per_second > 0),
        circuit_state text not null default 'CLOSED' check (circuit_state in ('CLOSED', 'OPEN', 'HALF_OPEN')),
        circuit_changed_at timestamptz(3),
        failing_since timestamptz(3),
        version int not null default 1,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        deleted_at timestamptz(3)
      )`);
    this.addSql(`create index webhooks_account on webhooks (account_id, id) where deleted_at is null`);
    this.addSql(`create index webhooks_changed on webhooks (updated_at)`);
    this.addSql(`create index webhooks_failing on webhooks (failing_since) where failing_since is not null`);

    this.addSql(`
      create table events (
        id uuid primary key,
        account_id uuid not null,
        type text not null,
        call_id text not null,
        idempotency_key text,
        occurred_at timestamptz(3) not null,
        created_at timestamptz(3) not null default now(),
        test boolean not null default false,
        data text,
        expunged_at timestamptz(3)
      )`);
    this.addSql(
      `create unique index events_idempotency on events (account_id, idempotency_key) where idempotency_key is not null`,
    );
    this.addSql(`create index events_account on events (account_id, id, type)`);
    this.addSql(`create index events_call on events (account_id, call_id)`);
    // Where PostgreSQL was built with it, lz4 compresses the payload at a fraction of pglz's cost.
    this.addSql(`
      do $$ begin
        alter table events alter column data set compression lz4;
      exception when feature_not_supported then null;
      end $$`);

    this.addSql(`
      create table deliveries (
        id uuid primary key,
        account_id uuid not null,
        webhook_id uuid not null,
        event_id uuid not null,
        event_type text not null,
        format text not null,
        status text not null,
        trigger text not null default 'event',
        attempt_count int not null default 0,
        run_start int not null default 0,
        created_at timestamptz(3) not null default now(),
        due_at timestamptz(3),
        parked_at timestamptz(3),
        failed_at timestamptz(3),
        finished_at timestamptz(3),
        last_outcome text,
        last_status_code int
      ) with (fillfactor = 80)`);
    this.addSql(
      `comment on column deliveries.attempt_count is 'attempts made or in hand: the number of the newest one'`,
    );
    this.addSql(
      `comment on column deliveries.run_start is 'attempt_count when the present run of the retry policy began'`,
    );
    this.addSql(
      `comment on column deliveries.due_at is 'when the next attempt is due; null while a dispatcher has it in hand, while it is parked, and once it is settled'`,
    );
    this.addSql(
      `comment on column deliveries.parked_at is 'since when it waits for its webhook to have room'`,
    );
    this.addSql(`create unique index deliveries_event_webhook on deliveries (event_id, webhook_id)`);
    this.addSql(`create index deliveries_account on deliveries (account_id, id, event_type)`);
    this.addSql(`create index deliveries_webhook on deliveries (webhook_id, id)`);
    this.addSql(`create index deliveries_due on deliveries (due_at) where due_at is not null`);
    this.addSql(
      `create index deliveries_parked on deliveries (webhook_id, parked_at) where parked_at is not null`,
    );
    this.addSql(
      `create index deliveries_waiting on deliveries (account_id, id) where due_at is not null or parked_at is not null`,
    );
    this.addSql(`create index deliveries_failed on deliveries (account_id, id) where failed_at is not null`);
    this.addSql(
      `create index deliveries_failed_webhook on deliveries (webhook_id, id) where failed_at is not null`,
    );

    this.addSql(`
      create table attempts (
        id uuid not null,
        delivery_id uuid not null,
        number int not null,
        webhook_id uuid not null,
        trigger text not null,
        started_at timestamptz(3) not null,
        duration_ms int not null,
        outcome text not null,
        status_code int,
        error_code text,
        error_text text,
        request_url text not null,
        request_headers text not null,
        response_headers text,
        response_body text,
        response_truncated boolean not null default false,
        primary key (delivery_id, number)
      )`);
    this.addSql(`create index attempts_started on attempts using brin (started_at)`);

    this.addSql(`
      create table dispatchers (
        id uuid primary key,
        name text not null,
        started_at timestamptz(3) not null default now(),
        heartbeat_at timestamptz(3) not null default now()
      )`);
    this.addSql(`
      create table delivery_leases (
        id uuid primary key,
        dispatcher_id uuid not null,
        delivery_ids uuid[] not null,
        created_at timestamptz(3) not null default now()
      )`);
    this.addSql(`create index delivery_leases_dispatcher on delivery_leases (dispatcher_id)`);
    this.addSql(`
      create table manual_attempts (
        id uuid primary key,
        delivery_id uuid not null,
        trigger text not null check (trigger in ('manual', 'test')),
        created_at timestamptz(3) not null default now(),
        dispatcher_id uuid
      )`);
  }

  override down(): void {
    this.addSql(
      'drop table manual_attempts, delivery_leases, dispatchers, attempts, deliveries, events, webhooks, api_keys, accounts',
    );
    this.addSql('drop function uuid_generate_v7');
  }
}
