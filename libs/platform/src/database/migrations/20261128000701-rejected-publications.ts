import { Migration } from '@mikro-orm/migrations';

/** Publications that were rejected, without call data, for support. Bounded by `RejectionLog` and the housekeeping. */
export class RejectedPublications20261128000701 extends Migration {
  override up(): void {
    this.addSql(`
      create table rejected_publications (
        id uuid primary key,
        account_id uuid references accounts on delete cascade,
        type text,
        idempotency_key text,
        source text not null,
        code text not null,
        errors jsonb not null,
        created_at timestamptz(3) not null
      )`);
    this.addSql('create index rejected_publications_account on rejected_publications (account_id, id)');
  }

  override down(): void {
    this.addSql('drop table rejected_publications');
  }
}
