import { Migration } from '@mikro-orm/migrations';

/**
 * The same indexes of what waits, for lists, by a condition that only lists ask for. "Due or parked" follows from "due"
 * and from "parked", so the engine's own statements could use them too; right after a count of a nearly empty table they
 * were planned so, and then read all that waited, for each webhook: docs/decisions/0003.
 */
export class WaitingIndexes20261125000007 extends Migration {
  override up(): void {
    this.recreate('coalesce(due_at, parked_at) is not null');
  }

  override down(): void {
    this.recreate('due_at is not null or parked_at is not null');
  }

  private recreate(condition: string): void {
    this.addSql('drop index deliveries_waiting, deliveries_all_waiting');
    this.addSql(`create index deliveries_waiting on deliveries (account_id, id) where ${condition}`);
    this.addSql(`create index deliveries_all_waiting on deliveries (id) where ${condition}`);
  }
}
