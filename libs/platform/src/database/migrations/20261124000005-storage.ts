import { Migration } from '@mikro-orm/migrations';

/**
 * Settling a delivery shall touch no index: its row finds room for its new version in its own page (a HOT update) if
 * half of each page is left free. With a fifth, as before, half of the updates went elsewhere, through every index.
 *
 * A PostgreSQL that was built without lz4 (the embedded one, say) would compress payloads with pglz, which took a
 * quarter of all that it did under load. There they are kept as they are: up to a page in the row itself, beyond it
 * beside the table. With lz4 nothing changes.
 */
export class Storage20261124000005 extends Migration {
  override up(): void {
    this.addSql('alter table deliveries set (fillfactor = 45)');
    this.addSql(`
      do $$ begin
        if exists (select from pg_attribute
                   where attrelid = 'events'::regclass and attname = 'data' and attcompression <> 'l') then
          alter table events alter column data set storage external;
          alter table events set (toast_tuple_target = 8160);
        end if;
      end $$`);
  }

  override down(): void {
    this.addSql('alter table deliveries set (fillfactor = 80)');
    this.addSql('alter table events alter column data set storage extended');
    this.addSql('alter table events reset (toast_tuple_target)');
  }
}
