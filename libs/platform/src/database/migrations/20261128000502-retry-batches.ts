import { Migration } from '@mikro-orm/migrations';

/**
 * Deliveries that wait for a retry stand in `retry_batches`, a row for each group of attempts and due time, instead of
 * in an indexed column of each delivery. `claim_id` says to which lease or batch a delivery belongs, and fences every
 * write: docs/decisions/0014. None of the new columns of `deliveries` is indexed, so a retry changes no index.
 *
 * Rows that wait by the columns of the version before (`due_at`) are moved by the running dispatchers, in small steps.
 */
export class RetryBatches20261128000502 extends Migration {
  override up(): void {
    this.addSql(`
      create table retry_batches (
        id uuid primary key,
        due_at timestamptz(3) not null,
        delivery_ids uuid[] not null,
        account_ids uuid[] not null default '{}'
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
    this.addSql(
      `comment on column retry_batches.id is 'a UUIDv7 of the moment for which the batch is scheduled, or the id of a lease that was taken over'`,
    );
    this.addSql(
      `comment on column retry_batches.account_ids is 'accounts of its deliveries, for lists; empty: unknown'`,
    );
    this.addSql('create index retry_batches_due on retry_batches (due_at)');
    this.addSql(`
      alter table deliveries
        add column claim_id uuid,
        add column next_number int not null default 1,
        add column holds int not null default 0`);
    this.addSql(
      `comment on column deliveries.claim_id is 'the lease or retry batch that it belongs to; null: the lease of its event, or none'`,
    );
    this.addSql(
      `comment on column deliveries.next_number is 'number of the next automatic attempt; it is drawn once attempt_count has reached it'`,
    );
    this.addSql(
      `comment on column deliveries.holds is 'how often its endpoint asked to wait in the present run'`,
    );
    this.addSql(
      `comment on column deliveries.retry_at is 'when its retry is due, while it waits in a retry batch'`,
    );
    // Those that have been attempted before; for all others, the default is right.
    this.addSql(`
      update deliveries set next_number = attempt_count + 1
      where coalesce(due_at, parked_at) is not null and attempt_count > 0`);
    this.addSql(`
      update deliveries set next_number = attempt_count + (retry_at is not null)::int
      where id in (select unnest(delivery_ids) from delivery_leases) and status = 'PENDING' and attempt_count > 0`);
    this.addSql('create index manual_attempts_delivery on manual_attempts (delivery_id)');
  }

  override down(): void {
    this.addSql('drop index manual_attempts_delivery');
    this.addSql(`
      update deliveries set due_at = batch.due_at, retry_at = null
      from (select id, due_at, unnest(delivery_ids) as delivery_id from retry_batches) as batch
      where deliveries.id = batch.delivery_id and status = 'PENDING' and parked_at is null
        and (claim_id is null or claim_id = batch.id)`);
    this.addSql('alter table deliveries drop column claim_id, drop column next_number, drop column holds');
    this.addSql('drop table retry_batches');
  }
}
