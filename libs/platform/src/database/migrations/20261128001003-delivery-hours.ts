import { Migration } from '@mikro-orm/migrations';

/** Deliveries by the hour of their creation, so that statistics over a month don't count millions of rows. */
export class DeliveryHours20261128001003 extends Migration {
  override up(): void {
    this.addSql(`
      create table delivery_hours (
        hour timestamptz(0) not null,
        webhook_id uuid not null,
        deliveries int not null,
        primary key (hour, webhook_id)
      ) with (fillfactor = 70)`);
    this.addSql('alter table attempt_hours_progress add column deliveries_counted_until timestamptz(3)');
  }

  override down(): void {
    this.addSql('alter table attempt_hours_progress drop column deliveries_counted_until');
    this.addSql('drop table delivery_hours');
  }
}
