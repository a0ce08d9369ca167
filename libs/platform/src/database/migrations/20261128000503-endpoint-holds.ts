import { Migration } from '@mikro-orm/migrations';

/** Until when an endpoint has asked that nothing is sent to it (`Retry-After`), for every dispatcher. */
export class EndpointHolds20261128000503 extends Migration {
  override up(): void {
    this.addSql('alter table webhooks add column held_until timestamptz(3)');
    this.addSql(
      `comment on column webhooks.held_until is 'nothing is sent before it: the endpoint returned 429 or 503 with Retry-After'`,
    );
    // What every dispatcher looks at once a second: few rows, whatever the number of webhooks.
    this.addSql(
      `create index webhooks_stopped on webhooks (id) where circuit_state <> 'CLOSED' or held_until is not null`,
    );
  }

  override down(): void {
    this.addSql('drop index webhooks_stopped');
    this.addSql('alter table webhooks drop column held_until');
  }
}
