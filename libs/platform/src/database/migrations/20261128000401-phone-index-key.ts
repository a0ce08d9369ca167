import { Migration } from '@mikro-orm/migrations';

/** The phone index says which key its hashes were made with, so that it can be built again when the key is replaced. */
export class PhoneIndexKey20261128000401 extends Migration {
  override up(): void {
    this.addSql('alter table event_phones_progress add column key_id text');
    this.addSql(
      `comment on column event_phones_progress.key_id is 'of the encryption key that the hashes up to indexed_to come from; null: the key at the time of the upgrade'`,
    );
  }

  override down(): void {
    this.addSql('alter table event_phones_progress drop column key_id');
  }
}
