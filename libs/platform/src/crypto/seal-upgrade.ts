import { createHmac } from 'node:crypto';
import { Injectable, Logger, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config';
import { Sql } from '../database/sql';
import { derivedKey } from './derived-key';
import { isSame } from './is-same';
import { formatsIn, resealAll, type Query, type Resealed } from './sealed-columns';
import { SecretBox } from './secret-box';

const HOUR_MS = 3_600_000;
/** Processes of the version before may run, and seal the old way, for a while after the upgrade began. */
const MIXED_FOR_MS = 24 * HOUR_MS;
/** After it nothing of the old format is opened, whatever is left: a copy of the row that says "in progress" has no use. */
const ENDS_AFTER_MS = 7 * 24 * HOUR_MS;
const LOOK_AGAIN_MS = 60_000;

interface UpgradeRow {
  began_at: Date;
  completed_at: Date | null;
  mac: string;
}

const FIND = 'select began_at, completed_at, mac from sealing_upgrade';
const BEGIN =
  'insert into sealing_upgrade (began_at, completed_at, mac) values ($1, $2, $3) on conflict do nothing';
const COMPLETE = `
  insert into sealing_upgrade (began_at, completed_at, mac) values ($1, $2, $3)
  on conflict (only_row) do update set began_at = excluded.began_at, completed_at = excluded.completed_at, mac = excluded.mac`;

/**
 * The upgrade of sealed texts from the format that is bound to no place to the one that is (docs/decisions/0014).
 *
 * While it is in progress, both are opened, and the dispatcher seals the old ones again. Whether it is in progress is
 * stored in one row that is authenticated with the encryption key, so whoever can only write to the database can neither
 * forge it, nor gain anything by deleting it: the upgrade begins where no text of the new format exists, and only there.
 */
@Injectable()
export class SealUpgrade implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('SealUpgrade');
  /** The present key first. */
  private readonly keys: Buffer[];
  private readonly query: Query;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    sql: Sql,
    private readonly box: SecretBox,
    config: Config,
  ) {
    this.query = (text, values) => sql.rows(text, values);
    this.keys = [config.ENCRYPTION_KEY, ...config.PREVIOUS_ENCRYPTION_KEYS].map((key) =>
      derivedKey(key, 'sealing upgrade'),
    );
  }

  /** Before anything is sealed: a new text would be taken for one of an upgrade that has begun. */
  async onModuleInit(): Promise<void> {
    await this.look();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  /** Begins the upgrade where it has not begun, and opens texts of the old format as long as it is in progress. */
  async look(): Promise<void> {
    const row = (await this.row()) ?? (await this.begin());
    const inProgress =
      row !== null && row.completed_at === null && row.began_at.getTime() + ENDS_AFTER_MS > Date.now();
    this.box.acceptUnbound(inProgress);
    if (inProgress) this.lookAgain();
  }

  /**
   * Seals what has the old format again. Completes the upgrade when nothing is left and processes of the version before
   * have had a day to end.
   */
  async advance(): Promise<Resealed> {
    if (!this.box.acceptsUnbound) return {};
    let failed = 0;
    const resealed = await resealAll(this.query, this.box, (error, place) => {
      failed++;
      this.logger.error({ err: error, ...place }, 'A secret could not be sealed again');
    });
    const left = failed + Object.values(resealed).reduce((sum, count) => sum + count, 0);
    const row = await this.row();
    if (left === 0 && row && row.began_at.getTime() + MIXED_FOR_MS < Date.now()) await this.complete();
    return resealed;
  }

  /** Nothing of the old format is opened from now on, by any process. */
  async complete(): Promise<void> {
    const now = new Date();
    await this.query(COMPLETE, [now, now, this.mac(now, now)]);
    this.box.acceptUnbound(false);
    this.logger.log('Every secret is bound to its place; the old format is no longer accepted');
  }

  /** The row, if it is authentic. */
  private async row(): Promise<UpgradeRow | null> {
    const [row] = await this.query<UpgradeRow>(FIND, []);
    if (!row) return null;
    const shown = Buffer.from(row.mac);
    const isAuthentic = this.keys.some((key) =>
      isSame(shown, Buffer.from(mac(key, row.began_at, row.completed_at))),
    );
    return isAuthentic ? row : null;
  }

  private async begin(): Promise<UpgradeRow | null> {
    const formats = await formatsIn(this.query);
    if (formats.bound) {
      if (formats.unbound)
        this.logger.error(
          'There are secrets of the old format, which is no longer accepted. See docs/decisions/0014',
        );
      return null;
    }
    const now = new Date();
    const completedAt = formats.unbound ? null : now;
    await this.query(BEGIN, [now, completedAt, this.mac(now, completedAt)]);
    if (formats.unbound) this.logger.log('Secrets are being bound to their places');
    return this.row();
  }

  private mac(beganAt: Date, completedAt: Date | null): string {
    return mac(this.keys[0], beganAt, completedAt);
  }

  private lookAgain(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.look().catch(() => this.lookAgain());
    }, LOOK_AGAIN_MS);
    this.timer.unref();
  }
}

function mac(key: Buffer, beganAt: Date, completedAt: Date | null): string {
  const text = JSON.stringify([beganAt.toISOString(), completedAt?.toISOString() ?? null]);
  return createHmac('sha256', key).update(text).digest('base64url');
}
