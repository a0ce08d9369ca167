import { Migration } from '@mikro-orm/migrations';

/**
 * Events that go to many webhooks and do not have all of their deliveries yet. The webhooks are those of the moment of
 * the commit: docs/decisions/0015.
 */
export class EventFanouts20261128000702 extends Migration {
  override up(): void {
    this.addSql(`
      create table event_fanouts (
        event_id uuid primary key,
        account_id uuid not null,
        webhook_ids uuid[] not null,
        done int not null default 0,
        touched_at timestamptz(3) not null default now()
      )`);
    this.addSql(`comment on column event_fanouts.done is 'how many of webhook_ids have their delivery'`);
  }

  override down(): void {
    this.addSql('drop table event_fanouts');
  }
}
