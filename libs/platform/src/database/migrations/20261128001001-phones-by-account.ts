import { Migration } from '@mikro-orm/migrations';

/**
 * The phone index knows the account of each event, so that customers can search their own calls by number. It is emptied,
 * which takes no time at any size, and dispatchers build it again in the background.
 */
export class PhonesByAccount20261128001001 extends Migration {
  override up(): void {
    this.addSql('truncate event_phones');
    this.addSql('alter table event_phones add column account_id uuid not null');
    this.addSql('create index event_phones_account on event_phones (account_id, number_hash, event_id)');
    this.addSql(`update event_phones_progress set indexed_to = '00000000-0000-7000-8000-000000000000'`);
  }

  override down(): void {
    this.addSql('drop index event_phones_account');
    this.addSql('alter table event_phones drop column account_id');
  }
}
