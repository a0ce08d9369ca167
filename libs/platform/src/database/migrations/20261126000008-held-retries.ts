import { Migration } from '@mikro-orm/migrations';

/**
 * A retry that is seconds away waits in hand of its dispatcher: docs/decisions/0012. The column stands in no index, so
 * that the wait begins and ends within the row's page (HOT).
 */
export class HeldRetries20261126000008 extends Migration {
  override up(): void {
    this.addSql('alter table deliveries add column retry_at timestamptz(3)');
    this.addSql(
      `comment on column deliveries.retry_at is 'when its dispatcher, which has it in hand, makes the next attempt; no number is drawn for that yet'`,
    );
  }

  override down(): void {
    this.addSql('alter table deliveries drop column retry_at');
  }
}
