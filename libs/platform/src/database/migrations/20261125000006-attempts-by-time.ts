import { Migration } from '@mikro-orm/migrations';

/**
 * Attempts by time: a b-tree instead of the BRIN index. That one knows nothing of pages written since the last visit
 * of autovacuum, a minute ago or hours; counting the last five seconds read all of them: docs/decisions/0006.
 */
export class AttemptsByTime20261125000006 extends Migration {
  override up(): void {
    this.addSql('drop index attempts_started');
    this.addSql('create index attempts_started on attempts (started_at)');
  }

  override down(): void {
    this.addSql('drop index attempts_started');
    this.addSql(
      'create index attempts_started on attempts using brin (started_at) with (autosummarize = on)',
    );
  }
}
