import { Migration } from '@mikro-orm/migrations';

/**
 * A PostgreSQL that was built without lz4 (the embedded one, say) would compress payloads with pglz, which took a
 * quarter of all that it did under load. There they are kept as they are: up to a page in the row itself, beyond it
 * beside the table. With lz4 nothing changes.
 */
export class PayloadStorage20261124000005 extends Migration {
  override up(): void {
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
    this.addSql('alter table events alter column data set storage extended');
    this.addSql('alter table events reset (toast_tuple_target)');
  }
}
