import type { Config } from '../config/config';
import { Sql } from '../database/sql';
import { SealUpgrade } from './seal-upgrade';
import { resealAll, type Resealed } from './sealed-columns';
import { SecretBox } from './secret-box';

/**
 * Seals every sealed column of a database again with the present key, so that the keys before it can be thrown away, and
 * ends the upgrade of the format (docs/decisions/0014): run it when no process of a version before it is left. Services
 * may run meanwhile.
 * @param options.acceptUnbound also takes texts of the old format when they are no longer accepted, e.g. from a backup.
 * @throws when a text was sealed with a key that is not configured; what was sealed again until then stays so.
 */
export async function reseal(config: Config, options: { acceptUnbound?: boolean } = {}): Promise<Resealed> {
  const sql = new Sql(config);
  const box = new SecretBox(config);
  const upgrade = new SealUpgrade(sql, box, config);
  try {
    await upgrade.look();
    if (options.acceptUnbound) box.acceptUnbound(true);
    const resealed = await resealAll(
      (text, values) => sql.rows(text, values),
      box,
      (error, { table, column, key }) => {
        throw new Error(`${table}.${column} of row ${key.join(', ')}: ${error.message}`, { cause: error });
      },
    );
    await upgrade.complete();
    return resealed;
  } finally {
    upgrade.onApplicationShutdown();
    await sql.onApplicationShutdown();
  }
}
