import { Migration } from '@mikro-orm/migrations';

/** Templates of custom requests, and every version of them that deliveries were committed with. */
export class CustomRequests20261128000901 extends Migration {
  override up(): void {
    this.addSql(`set local lock_timeout = '2s'`);
    this.addSql(`
      alter table webhooks add column request jsonb, add column request_version int not null default 0`);
    this.addSql(
      `comment on column webhooks.request is 'Liquid templates of type CUSTOM; deliveries keep their version as the format CUSTOM:<request_version>'`,
    );
    this.addSql(`
      create table webhook_requests (
        webhook_id uuid not null references webhooks on delete cascade,
        version int not null,
        request jsonb not null,
        primary key (webhook_id, version)
      )`);
    // In the transaction of the change itself, whoever makes it: no delivery can be committed with a version that is not here.
    this.addSql(`
      create function keep_webhook_request() returns trigger language plpgsql as $$
      begin
        insert into webhook_requests (webhook_id, version, request)
        values (new.id, new.request_version, new.request)
        on conflict do nothing;
        return null;
      end $$`);
    for (const [name, event] of [
      ['webhooks_first_request', 'insert'],
      ['webhooks_next_request', 'update of request_version'],
    ])
      this.addSql(`
        create trigger ${name} after ${event} on webhooks for each row
        when (new.request is not null) execute function keep_webhook_request()`);
  }

  override down(): void {
    this.addSql('drop trigger webhooks_first_request on webhooks');
    this.addSql('drop trigger webhooks_next_request on webhooks');
    this.addSql('drop function keep_webhook_request');
    this.addSql('drop table webhook_requests');
    this.addSql('alter table webhooks drop column request, drop column request_version');
  }
}
