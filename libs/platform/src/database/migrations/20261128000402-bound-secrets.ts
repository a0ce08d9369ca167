import { Migration } from '@mikro-orm/migrations';

/**
 * Any number of live secrets for each webhook, newest first, as `[{sealed, hint, expiresAt}]`; and the state of the
 * upgrade that binds sealed texts to their places (docs/decisions/0014). The secrets are carried over as they are
 * sealed; the dispatcher seals them again.
 */
export class BoundSecrets20261128000402 extends Migration {
  override up(): void {
    this.addSql(`
      create table sealing_upgrade (
        only_row boolean primary key default true check (only_row),
        began_at timestamptz(3) not null,
        completed_at timestamptz(3),
        mac text not null
      )`);
    this.addSql(`comment on table sealing_upgrade is 'whether sealed texts of format v1 are still opened'`);
    this.addSql(
      `comment on column sealing_upgrade.mac is 'proves that the row was written by a holder of the encryption key'`,
    );

    this.addSql(`alter table webhooks add column sealed_secrets jsonb not null default '[]'`);
    this.addSql(`
      update webhooks set sealed_secrets =
        jsonb_build_array(jsonb_build_object('sealed', sealed_secret, 'hint', coalesce(secret_hint, '…'), 'expiresAt', null))
        || case when sealed_previous_secret is not null and previous_secret_expires_at > now() then
             jsonb_build_array(jsonb_build_object('sealed', sealed_previous_secret, 'hint', '…', 'expiresAt',
               to_char(previous_secret_expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
           else '[]' end
      where sealed_secret is not null`);
    this.addSql(`
      alter table webhooks
        drop column sealed_secret, drop column secret_hint,
        drop column sealed_previous_secret, drop column previous_secret_expires_at`);
    // What housekeeping looks through for expired secrets: only webhooks that are being rotated.
    this.addSql(
      `create index webhooks_rotating on webhooks (id) where jsonb_array_length(sealed_secrets) > 1`,
    );

    // Bare hashes of requests, which may contain secrets. A fingerprint that cannot be compared never conflicts.
    this.addSql(`update idempotent_answers set fingerprint = ''`);
  }

  /** Only secrets of the old format can be read by the version before; the others are lost to it. */
  override down(): void {
    this.addSql(`
      alter table webhooks
        add column sealed_secret text, add column secret_hint text,
        add column sealed_previous_secret text, add column previous_secret_expires_at timestamptz(3)`);
    this.addSql(`
      update webhooks set sealed_secret = sealed_secrets -> 0 ->> 'sealed', secret_hint = sealed_secrets -> 0 ->> 'hint'
      where sealed_secrets -> 0 ->> 'sealed' like 'v1.%'`);
    this.addSql('drop index webhooks_rotating');
    this.addSql('alter table webhooks drop column sealed_secrets');
    this.addSql('drop table sealing_upgrade');
  }
}
